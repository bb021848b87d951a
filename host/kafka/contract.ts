// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:kafka in the shapes that jco uses.
import type { WitError } from '../runtime/contract.ts';

export interface ConsumerOptions {
  topics: string[];
  group: string;
  /** Where a partition without a committed offset starts. */
  fromBeginning: boolean;
  /** Offsets known to be handled. A partition starts here if this is ahead of its commit. */
  resume: PartitionOffset[];
}

export interface Fetched {
  topic: string;
  partition: number;
  epoch: number;
  records: RecordSet;
}

export type Acks = 'none' | 'leader' | 'all';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface ProducerOptions {
  acks: Acks;
  compression: Compression;
  /** Largest record batch in bytes, before compression. */
  maxBatchBytes: number;
  /** 0 = until the host gives up. */
  deliveryTimeoutMs: number;
}

/**
 * Records for one topic. `partition: none` = by murmur2 of the key, or the host's choice
 * for a null key.
 */
export interface Outgoing {
  topic: string;
  partition?: number;
  records: RecordSet;
}

/** Record number `index`, counted over all of `outgoing`, was not written. */
export interface SendFailure {
  index: number;
  reason: WitError;
}

/**
 * How to reach a cluster. The host checks every part against the instance's policy, and
 * every address that a broker advertises later as well.
 */
export interface Connection {
  servers: string[];
  clientId: string;
  tls?: Tls;
  sasl?: Sasl;
}

/** `*-ref` are references to secrets or PEM texts that the host holds; empty = not given. */
export interface Tls {
  clientCertRef: string;
  clientKeyRef: string;
  caCertRef: string;
  insecureSkipVerify: boolean;
}

export type SaslMechanism = 'plain' | 'scram-sha256' | 'scram-sha512';

export interface Sasl {
  mechanism: SaslMechanism;
  username: string;
  passwordRef: string;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

/** `next-offset` is the offset after the last one handled, as Kafka commits it. */
export interface PartitionOffset {
  topic: string;
  partition: number;
  nextOffset: bigint;
}

/**
 * A run of records in Kafka's own encoding: the records section of a record batch with
 * magic 2 (KIP-98), uncompressed. Offsets and timestamps in it are deltas to the bases.
 * A timestamp is its base plus its delta, wrapped to 64 bits; -1 = no timestamp. Producers
 * write any 64-bit number, so check the range before converting milliseconds.
 */
export interface RecordSet {
  baseOffset: bigint;
  baseTimestamp: bigint;
  count: number;
  records: Uint8Array;
  /**
   * True: the broker stamped the batch (`message.timestamp.type=LogAppendTime`), every record
   * has `base-timestamp`, and the deltas mean nothing. False for what a producer is given.
   */
  logAppendTime: boolean;
}
