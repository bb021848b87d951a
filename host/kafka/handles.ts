import type { ConnectorError } from '../base/errors.ts';
import type { Fetched, Outgoing, PartitionCommit, SendFailure } from './contract.ts';

/** A consumer that the host holds for a guest. Every method rejects with ConnectorError only. */
export interface ConsumerHandle {
  /** Waits at most maxWaitMs; empty is normal. Never returns more than maxRecords records or, beyond one record, maxBytes. */
  poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]>;
  /** Ends a waiting `poll` now, with what is there; nothing otherwise. */
  wake(): void;
  commit(offsets: PartitionCommit[]): Promise<void>;
  /** Why it is out of its group now, though it tries to get in; null while it is a member and before its first try has failed; absent: not known. */
  readonly outage?: ConnectorError | null;
  /** How far it is, and what holds it up, for whoever waits for records; absent: not known. */
  readonly reading?: Reading;
  /** Commits nothing. Bounded (a few seconds), idempotent. */
  close(): Promise<void>;
}

export interface Reading {
  /**
   * Of each partition that this member owns, by `topic/partition`, the offset after everything that it has fetched or passed over; null: not known yet.
   * Null while it is not in its group.
   */
  readonly positions: ReadonlyMap<string, bigint | null> | null;
  /** Records that are fetched and not polled. */
  readonly queued: number;
  /** So long a quota of the brokers still makes it wait; 0: it does not. */
  readonly throttledMs: number;
}

export interface ProducerHandle {
  send(outgoing: Outgoing[]): Promise<SendFailure[]>;
  /** Bounded, idempotent. */
  close(): Promise<void>;
}
