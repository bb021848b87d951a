import type { ConnectorError } from '../base/errors.ts';
import type { Fetched, Outgoing, PartitionCommit, SendFailure, Topic } from './contract.ts';

/** A consumer that the host holds for a guest. Every method rejects with ConnectorError only. */
export interface ConsumerHandle {
  /** Waits at most `maxWaitMs`; an empty result is normal. Returns at most `maxRecords` records, and `maxBytes` unless the first record is larger. */
  poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]>;
  /** Ends a `poll` that waits. Does nothing if no `poll` waits. */
  wake(): void;
  commit(offsets: PartitionCommit[]): Promise<void>;
  /** All topics that the client may describe, without internal ones, by name. Takes ten seconds at most. */
  listTopics(): Promise<Topic[]>;
  /** Adds topics to those that are read. */
  subscribe(topics: readonly string[]): Promise<void>;
  /** Why the consumer is not in its group though it tries to join; null while it is a member and before its first attempt has failed; absent: not known. */
  readonly outage?: ConnectorError | null;
  /** The progress of the consumer and the reasons why it waits, for a caller that waits for records; absent: not known. */
  readonly reading?: Reading;
  /** Closes without a commit. Takes a few seconds at most; idempotent. */
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
  /** Closes. Takes a few seconds at most; idempotent. */
  close(): Promise<void>;
}
