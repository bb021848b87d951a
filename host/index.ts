/**
 * The connector for Node programs: Kafka records as OpenCDC records, or any other component of the world `conduit:connector`.
 *
 * ```ts
 * import { openSource } from 'conduit-connector-kafka-wasm';
 *
 * await using source = await openSource({ settings: { servers: 'localhost:9092', topics: 'orders', groupID: 'billing' } });
 * for await (const batch of source) {
 *   for (const record of batch.records) console.log(record.metadata['opencdc.collection'], record.payload.after);
 *   batch.ack();
 * }
 * ```
 */
import { ConnectorError } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { Settings } from './base/settings.ts';
import { onAbort } from './base/abort.ts';
import { createDestination, createSource, type ConnectorOptions } from './connector.ts';
import { composeDestination } from './connector/destination.ts';
import { RecordDestination } from './connector/record-destination.ts';
import { RecordSource } from './connector/record-source.ts';
import { composeSource } from './connector/source.ts';
import type { InvalidParam } from './runtime/contract.ts';

export { ConnectorError, ERROR_CODES, type ErrorCode } from './base/errors.ts';
export { LOG_LEVELS, type Log, type LogLevel } from './base/log.ts';
export type { Settings } from './base/settings.ts';
export { specify } from './connector.ts';
export { RecordDestination, type WriteOutcome } from './connector/record-destination.ts';
export { RecordSource, type RecordBatch } from './connector/record-source.ts';
export { decodeRecords, encodeRecords, type Data, type OpenCdcRecord, type Operation } from './conduit/record.ts';
export type { Structured, StructuredValue } from './conduit/json-record.ts';
export { Net, type NetOptions } from './net/net.ts';
export type { DialPolicy, DialPurpose, DialQuestion } from './net/policy.ts';
export type { Param, Specification } from './runtime/contract.ts';
export { kafkaCapabilities, standardCapabilities, withKafka, withSchemas } from './capability/index.ts';
export { createKafka, type Kafka } from './kafka/index.ts';
export { componentOfFolder, type ComponentSource } from './runtime/component.ts';
export { resource, type CallContext, type Capability, type HostFunction, type HostResource } from './runtime/capability.ts';
export { intercept, type InterceptedCall, type Interceptor } from './runtime/intercept.ts';
export type { CapabilityTable } from './runtime/connector-parts.ts';
export type { Manifest } from './runtime/manifest.ts';
export { DEFAULT_LIMITS, type Limits } from './runtime/limits.ts';

/** What a source and a destination have in common. */
export interface OpenOptions extends Omit<ConnectorOptions, 'log'> {
  /** Names as in the specification; values are texts, as in Conduit. */
  settings: Settings;
  /** Gets the log lines. Default: they are dropped. */
  log?: Log;
  /** When it aborts, an open that is under way rejects with `cancelled`, and a connector that is open is closed. */
  signal?: AbortSignal;
}

export interface OpenSourceOptions extends OpenOptions {
  /** Position of the last record that was processed; reading continues after it. Default: the settings say where reading begins. */
  position?: Uint8Array;
}

/**
 * Opens a source and begins to read. Rejects with ConnectorError: `config.invalid` with all problems of the settings, `kafka.unreachable` when no
 * broker answers within ten seconds, `cancelled` after the signal.
 */
export async function openSource(options: OpenSourceOptions): Promise<RecordSource> {
  const log = options.log ?? noLog;
  const source = composeSource(createSource({ ...options, log }), { log, connectorId: '', schemas: null });
  await opened(source, options, () => source.open(options.position ?? null));
  return new RecordSource(source, options.signal);
}

/** Opens a destination. Rejects as `openSource` does. */
export async function openDestination(options: OpenOptions): Promise<RecordDestination> {
  const log = options.log ?? noLog;
  const destination = composeDestination(createDestination({ ...options, log }), { log, schemas: null });
  await opened(destination, options, () => destination.open());
  return new RecordDestination(destination, options.signal);
}

interface Connector {
  configure(settings: Settings): Promise<InvalidParam[]>;
  teardown(): Promise<void>;
}

async function opened(connector: Connector, { settings, signal }: OpenOptions, open: () => Promise<void>): Promise<void> {
  if (signal?.aborted) throw cancelled();
  const forget = signal === undefined ? () => {} : onAbort(signal, () => void connector.teardown());
  try {
    const problems = await connector.configure(settings);
    if (problems.length > 0) throw new ConnectorError('config.invalid', problems.map(({ reason }) => reason).join('\n'));
    await open();
  } catch (error) {
    await connector.teardown();
    throw signal?.aborted ? cancelled() : ConnectorError.from(error);
  } finally {
    forget();
  }
  if (signal?.aborted) {
    await connector.teardown();
    throw cancelled();
  }
}

function noLog(): void {}

function cancelled(): ConnectorError {
  return new ConnectorError('cancelled', 'the signal was aborted while the connector opened');
}
