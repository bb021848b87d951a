// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:kafka in the shapes that jco uses.
import type { WitError } from '../runtime/contract.ts';

export interface ConsumerOptions {
  /** Topics that are missing are no error: the host looks for them until they are there. It makes none. */
  topics: string[];
  group: string;
  /**
   * Where a partition without a committed offset starts: true at its beginning, false at the end that it had when `open` first
   * looked at its topic. That end is committed before any record is handed out, so that a later start or a rebalance skips
   * nothing. Partitions and topics that are made afterwards start at their beginning either way, and so does a partition whose
   * offset is out of range (the host logs that as an error).
   */
  fromBeginning: boolean;
  /**
   * Offsets known to be handled. A partition starts here if this is ahead of its commit, when it is assigned for the first time;
   * afterwards the group's commit counts. One beyond the end of its partition is ignored and logged.
   */
  resume: PartitionOffset[];
}

/**
 * A part of one partition, in order. A batch may come in several parts, which keep its bases; offsets may have gaps
 * (compaction, transactions). No record lies before the offset where the partition starts.
 */
export interface Fetched {
  topic: string;
  partition: number;
  /**
   * The assignment of this partition that the records belong to: 1 or more, and larger each time the partition is assigned
   * to this consumer anew. A partition that is kept over a rebalance keeps its epoch. After a new epoch the records come again
   * from the committed offset.
   */
  epoch: number;
  records: RecordSet;
}

/** `next-offset` is the offset after the last record handled, `epoch` that of the records. */
export interface PartitionCommit {
  topic: string;
  partition: number;
  epoch: number;
  nextOffset: bigint;
}

/** Which brokers must have a record before it is written: nobody is asked, the partition's leader, all replicas in sync. */
export type Acks = 'none' | 'leader' | 'all';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface ProducerOptions {
  /** With `all` the host writes idempotently where the cluster allows it. */
  acks: Acks;
  compression: Compression;
  /**
   * Largest record batch in bytes, its header of 61 included, before compression. The host splits record sets into
   * batches; a record that does not fit into one alone is refused (`rejected`).
   */
  maxBatchBytes: number;
  /** From the call of `send`, with all retries. 0 = no limit: the host tries until it is closed. */
  deliveryTimeoutMs: number;
}

/** Records for one topic, in order. A host may pass the section on as it is: the offset deltas count from 0 without a gap. */
export interface Outgoing {
  topic: string;
  /** `none` = by murmur2 of the key as Kafka's own clients do it, or the host's choice for a null key. */
  partition?: number;
  records: RecordSet;
}

export interface SendFailure {
  /** Number of the record, counted over all of `outgoing`. */
  index: number;
  /** `timeout`: the outcome is not known, the record may be written all the same. Any other kind: it is not written. */
  reason: WitError;
}

/**
 * How to reach a cluster. The host checks every part against the instance's policy, and every address that a broker
 * advertises later as well.
 */
export interface Connection {
  /** `host:port`; IPv6 addresses in brackets. */
  servers: string[];
  clientId: string;
  tls?: Tls;
  sasl?: Sasl;
}

/** `*-ref` are references to secrets or PEM texts that the host holds (see `param.secret`); empty = not given. */
export interface Tls {
  clientCertRef: string;
  clientKeyRef: string;
  /** Joins the certificate authorities that the host trusts. */
  caCertRef: string;
  insecureSkipVerify: boolean;
}

/**
 * How the client proves who it is: one case for each mechanism, with what that mechanism needs. New mechanisms are new
 * cases behind these, with records of their own.
 */
export type Sasl = SaslPlain | SaslScramSha256 | SaslScramSha512;

export interface SaslPlain {
  tag: 'plain';
  val: PasswordLogin;
}

export interface SaslScramSha256 {
  tag: 'scram-sha256';
  val: PasswordLogin;
}

export interface SaslScramSha512 {
  tag: 'scram-sha512';
  val: PasswordLogin;
}

export interface PasswordLogin {
  username: string;
  passwordRef: string;
}

/** `next-offset` is the offset after the last one handled, as Kafka commits it. */
export interface PartitionOffset {
  topic: string;
  partition: number;
  nextOffset: bigint;
}

/**
 * A run of records in Kafka's own encoding: the records section of a record batch with magic 2 (KIP-98), uncompressed.
 * Offsets and timestamps in it are deltas to the bases. A timestamp is its base plus its delta, wrapped to 64 bits;
 * -1 = no timestamp. Producers write any 64-bit number, so check the range before converting milliseconds.
 */
export interface RecordSet {
  baseOffset: bigint;
  baseTimestamp: bigint;
  /** Records in `records`. */
  count: number;
  records: Uint8Array;
  /**
   * True: the broker stamped the batch (`message.timestamp.type=LogAppendTime`), every record has `base-timestamp`, which is then
   * the batch's max timestamp, and the timestamp deltas mean nothing. False for what a producer is given.
   */
  logAppendTime: boolean;
}
