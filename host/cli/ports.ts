import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Capabilities } from '../runtime/capabilities.ts';
import type { Batch, Credit, InvalidParam, Specification } from '../runtime/contract.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Backlog } from './commands/backlog.ts';
import type { ConnectorError } from '../base/errors.ts';

/** What the command line uses of a source connector; `host/runtime/source.ts` has it all. */
export interface SourcePort {
  configure(config: Record<string, string>): Promise<InvalidParam[]>;
  open(position: Uint8Array | null): Promise<void>;
  run(sink: { batch(batch: Batch): boolean; failed(error: ConnectorError): void }, options?: { credit?: Partial<Credit> }): void;
  resume(): void;
  ack(positions: Uint8Array): void;
  settled(): Promise<void>;
  stop(): Promise<Uint8Array>;
  teardown(): Promise<void>;
}

/** What the command line uses of a destination connector; `host/runtime/destination.ts` has it all. */
export interface DestinationPort {
  configure(config: Record<string, string>): Promise<InvalidParam[]>;
  open(): Promise<void>;
  write(records: Uint8Array): Promise<Uint8Array>;
  stop(): Promise<void>;
  teardown(): Promise<void>;
}

export interface PortOptions {
  log: Log;
  /** What the component may reach; Kafka if not given. */
  capabilities?: (secrets: SecretReader, log: Log) => Capabilities;
  limits?: Partial<Limits>;
}

/** Where the commands get their connectors. */
export interface Connectors {
  specify(): Promise<Specification>;
  source(options: PortOptions): SourcePort;
  destination(options: PortOptions): DestinationPort;
  /** Kafka for a source, watched by a backlog. */
  watched(backlog: Backlog): PortOptions['capabilities'];
}
