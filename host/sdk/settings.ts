import { ConnectorError } from '../base/errors.ts';
import { parseBool, type Settings } from '../base/settings.ts';
import type { InvalidParam } from '../runtime/contract.ts';
import type { Extraction } from '../schema/avro/extraction.ts';
import { parseDurationMs } from './duration.ts';

export interface BatchSettings {
  /** `sdk.batch.size`: the most records of a collected batch; 0 = not set. */
  readonly size: number;
  /** `sdk.batch.delay`: the longest wait for more records, from the first of a batch; 0 = never wait. */
  readonly delayMs: number;
}

export interface RateSettings {
  /** `sdk.rate.perSecond`; 0 = unlimited. */
  readonly perSecond: number;
  /** `sdk.rate.burst`; at least 1 when there is a rate. */
  readonly burst: number;
}

/** Which of key and payload Avro is applied to. */
export interface SchemaSettings {
  readonly key: boolean;
  readonly payload: boolean;
}

export function batchSettings(settings: Settings): BatchSettings {
  return {
    size: Math.max(0, numberOf(settings, 'sdk.batch.size', 0)),
    delayMs: Math.max(0, parseDurationMs('sdk.batch.delay', textOf(settings, 'sdk.batch.delay', '0'))),
  };
}

export function rateSettings(settings: Settings): RateSettings {
  const perSecond = Math.max(0, numberOf(settings, 'sdk.rate.perSecond', 0));
  const burst = Math.floor(numberOf(settings, 'sdk.rate.burst', 0));
  return { perSecond, burst: burst > 0 ? burst : Math.max(1, Math.ceil(perSecond)) };
}

/** Whether a destination decodes keys and payloads; both are on by default. */
export function schemaDecodeSettings(settings: Settings): SchemaSettings {
  return {
    key: booleanOf(settings, 'sdk.schema.extract.key.enabled', true),
    payload: booleanOf(settings, 'sdk.schema.extract.payload.enabled', true),
  };
}

/** Whether a source extracts schemas of keys and payloads; both are off by default, as in the Go connector. */
export function schemaExtractSettings(settings: Settings, connectorId: string): Extraction {
  const context = booleanOf(settings, 'sdk.schema.context.enabled', true);
  return {
    key: booleanOf(settings, 'sdk.schema.extract.key.enabled', false),
    payload: booleanOf(settings, 'sdk.schema.extract.payload.enabled', false),
    keySubject: textOf(settings, 'sdk.schema.extract.key.subject', 'key'),
    payloadSubject: textOf(settings, 'sdk.schema.extract.payload.subject', 'payload'),
    context: context ? textOf(settings, 'sdk.schema.context.name', connectorId) : '',
  };
}

const EXTRACTION = ['sdk.schema.extract.key.enabled', 'sdk.schema.extract.payload.enabled'];

/** Without a schema service, settings that turn schemas on are refused. Settings that are on only by default are not: they have no effect. */
export function checkSchemaSettings(settings: Settings): InvalidParam[] {
  return EXTRACTION.filter((name) => booleanOf(settings, name, false)).map((name) => ({
    name,
    reason: `"${name}" needs Conduit's schema service, which only a connector that Conduit runs can reach: leave it out or set it to false`,
  }));
}

function textOf(settings: Settings, name: string, fallback: string): string {
  const text = settings[name] ?? '';
  return text === '' ? fallback : text;
}

function numberOf(settings: Settings, name: string, fallback: number): number {
  const text = textOf(settings, name, String(fallback));
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new ConnectorError('config.invalid', `"${name}": expected a number, got "${text}"`, { fields: { setting: name } });
}

function booleanOf(settings: Settings, name: string, fallback: boolean): boolean {
  const text = textOf(settings, name, String(fallback));
  const value = parseBool(text);
  if (value !== null) return value;
  throw new ConnectorError('config.invalid', `"${name}": expected true or false, got "${text}"`, { fields: { setting: name } });
}
