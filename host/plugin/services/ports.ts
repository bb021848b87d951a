import type { Credit } from '../../runtime/contract.ts';
import type { DestinationConnector } from '../../runtime/destination.ts';
import type { SourceConnector, SourceSink } from '../../runtime/source.ts';

/** Settings as Conduit sends them; middleware reads only what the guest's `configure` has accepted. */
export type Config = Readonly<Record<string, string>>;

/** Where a source delivers its batches. */
export type BatchSink = SourceSink;

/** What the plugin uses of a source connector. */
export type SourcePort = Pick<SourceConnector, 'configure' | 'open' | 'run' | 'resume' | 'ack' | 'stop' | 'teardown'>;

/** What the plugin uses of a destination connector. */
export type DestinationPort = Pick<DestinationConnector, 'configure' | 'open' | 'write' | 'stop' | 'teardown'>;

/** What lies between a source and its stream: batching, schemas. All of it is optional. */
export interface SourceMiddleware {
  credit?: Partial<Credit>;
  /** The sink that the connector is run with; `outlet` is the stream's. */
  sink?(outlet: BatchSink, source: Pick<SourcePort, 'resume'>): BatchSink;
  /** The stream has room again after `outlet.batch` returned false. Without it, the connector is resumed. */
  resume?(): void;
  /** The source has stopped: passes on, now, all that is held back. */
  flush?(): Promise<void>;
  close?(): Promise<void>;
}

/** What lies between the stream and a destination: batching, rate, schemas. All of it is optional. */
export interface DestinationMiddleware {
  gathering?: Gathering;
  /** Requests are joined to one write up to so many records, so that acks go out as often; a larger request is written whole. */
  maxWriteRecords?: number;
  /**
   * Stands in front of the connector's `write` and keeps its promise: one ack for each record, in order. Only when it was closed
   * meanwhile may it answer with fewer, those of the records that it has written.
   */
  write?(records: Uint8Array, next: (records: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array>;
  close?(): Promise<void>;
}

/** Until when requests are collected into one write. */
export interface Gathering {
  /** Write as soon as so many records are there; 0 = not a reason to write. */
  maxRecords: number;
  /** Longest wait for more, from the first record on; 0 = do not wait. */
  maxDelayMs: number;
}
