import protobuf from 'protobufjs';
import { fileURLToPath } from 'node:url';
import type { SchemaService } from '../../../host/sdk/index.ts';
import type { LogLevel } from '../../../host/base/log.ts';

const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith('/') ? target : `${proto}/${target}`);
root.loadSync(['connector/v2/source.proto', 'connector/v2/destination.proto']);
const sourceResponse = root.lookupType('connector.v2.Source.Run.Response');
const destinationResponse = root.lookupType('connector.v2.Destination.Run.Response');

export interface RecordFields {
  position?: string;
  metadata?: Record<string, string>;
  key?: object;
  payload?: { before?: object; after?: object };
}
export interface AckFields {
  position: string;
  error: string;
}

/** A batch of records, by an encoder that is not this project's. Source.Run.Response and Destination.Run.Request have the same fields. */
export function batchOf(...records: RecordFields[]): Uint8Array {
  const message = { records: records.map((record) => ({ operation: 1, ...record, position: Buffer.from(record.position ?? '') })) };
  return sourceResponse.encode(sourceResponse.fromObject(message)).finish();
}

export const raw = (bytes: Uint8Array | string): object => ({ rawData: Buffer.from(bytes as string) });
export const structured = (value: Record<string, unknown>): object => ({
  structuredData: { fields: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item)])) },
});

function valueOf(value: unknown): object {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } };
  return { structValue: { fields: Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, valueOf(item)])) } };
}

/** Records of a batch as plain objects, structured data as plain values, raw data as a Buffer. */
export function recordsIn(
  batch: Uint8Array,
): { position: string; metadata: Record<string, string>; key: unknown; before: unknown; after: unknown }[] {
  const { records = [] } = sourceResponse.toObject(sourceResponse.decode(batch)) as { records?: Record<string, unknown>[] };
  return records.map((record) => {
    const payload = (record['payload'] ?? {}) as Record<string, unknown>;
    return {
      position: Buffer.from((record['position'] as Uint8Array | undefined) ?? []).toString(),
      metadata: (record['metadata'] ?? {}) as Record<string, string>,
      key: dataOf(record['key']),
      before: dataOf(payload['before']),
      after: dataOf(payload['after']),
    };
  });
}

function dataOf(data: unknown): unknown {
  const { rawData, structuredData } = (data ?? {}) as { rawData?: Uint8Array; structuredData?: { fields?: Record<string, unknown> } };
  if (structuredData !== undefined) return plainFields(structuredData);
  return rawData === undefined ? undefined : Buffer.from(rawData);
}

function plainFields({ fields = {} }: { fields?: Record<string, unknown> }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
}

function plain(value: unknown): unknown {
  const kinds = value as Record<string, unknown>;
  if ('structValue' in kinds) return plainFields(kinds['structValue'] as object);
  if ('listValue' in kinds) return ((kinds['listValue'] as { values?: unknown[] }).values ?? []).map(plain);
  if ('nullValue' in kinds) return null;
  return kinds['numberValue'] ?? kinds['stringValue'] ?? kinds['boolValue'];
}

/** Acks for every record of a batch, as a destination gives them. */
export function acksFor(batch: Uint8Array): Uint8Array {
  return destinationResponse
    .encode(
      destinationResponse.fromObject({ acks: recordsIn(batch).map(({ position }) => ({ position: Buffer.from(position), error: '' })) }),
    )
    .finish();
}

export function acksIn(response: Uint8Array): AckFields[] {
  const { acks = [] } = destinationResponse.toObject(destinationResponse.decode(response), { defaults: true }) as {
    acks?: { position: Uint8Array; error: string }[];
  };
  return acks.map(({ position, error }) => ({ position: Buffer.from(position).toString(), error }));
}

/** A schema service in memory that counts its calls. */
export function memorySchemas(known: Record<string, object>): SchemaService & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    async get(subject, version) {
      calls.push(`get ${subject}:${version}`);
      const schema = known[`${subject}:${version}`];
      if (schema === undefined) throw new Error('schema subject not found');
      return { subject, version, text: JSON.stringify(schema) };
    },
    async create(subject, text) {
      calls.push(`create ${subject} ${text}`);
      return { subject, version: 7, text };
    },
    close() {},
  };
}

export function collectedLog(): { log: (level: LogLevel, message: string) => void; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: (level, message) => lines.push(`${level}: ${message}`) };
}
