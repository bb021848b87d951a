/**
 * The WIT package conduit:kafka (`wit/`) in TypeScript, in the shapes that jco uses: records as objects in camel case, u64 and s64 as
 * bigint, option as undefined, lists of u8 as Uint8Array. A type test compares them with what jco generates.
 */
import type { ErrorKind } from '../base/errors.ts';

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
export interface Connection {
  servers: string[];
  clientId: string;
  tls?: Tls;
  sasl?: Sasl;
}
export interface PartitionOffset {
  topic: string;
  partition: number;
  nextOffset: bigint;
}
/** Records section of a Kafka record batch, magic 2, uncompressed. */
export interface RecordSet {
  baseOffset: bigint;
  baseTimestamp: bigint;
  count: number;
  records: Uint8Array;
  logAppendTime: boolean;
}
export interface ConsumerOptions {
  topics: string[];
  group: string;
  fromBeginning: boolean;
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
  maxBatchBytes: number;
  /** 0 = no limit. */
  deliveryTimeoutMs: number;
}
export interface Outgoing {
  topic: string;
  partition?: number;
  records: RecordSet;
}
export interface SendFailure {
  index: number;
  /** WIT `error`. */
  reason: { kind: ErrorKind; text: string };
}
