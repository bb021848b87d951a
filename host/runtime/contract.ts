/**
 * The WIT packages (`wit/`) in TypeScript, in the shapes that jco uses: records as objects in camel case, u64 and s64 as bigint,
 * option as undefined, lists of u8 as Uint8Array. A type test compares them with what jco generates.
 */
import type { LogLevel } from '../base/log.ts';

export interface InvalidParam {
  name: string;
  reason: string;
}
export type ParamKind = 'text' | 'int' | 'float' | 'boolean' | 'file' | 'duration';
export type ValidationKind = 'required' | 'greater-than' | 'less-than' | 'inclusion' | 'exclusion' | 'regex';
export interface Validation {
  kind: ValidationKind;
  operand: string;
}
export interface Param {
  name: string;
  description: string;
  defaultValue: string;
  kind: ParamKind;
  validations: Validation[];
  secret: boolean;
}
export interface Specification {
  name: string;
  summary: string;
  description: string;
  version: string;
  author: string;
  sourceParams: Param[];
  destinationParams: Param[];
}
export interface Credit {
  maxRecords: number;
  maxBytes: number;
  maxWaitMs: number;
}
export interface Batch {
  /** Bytes of `connector.v2.Source.Run.Response`. */
  data: Uint8Array;
  count: number;
  lastPosition: Uint8Array;
}
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
  reason: { kind: import('../base/errors.ts').ErrorKind; text: string };
}

/** A consumer that the host holds for a guest. Every method rejects with ConnectorError only. */
export interface ConsumerHandle {
  /** Waits at most maxWaitMs; empty is normal. Never returns more than maxRecords records or, beyond one record, maxBytes. */
  poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]>;
  /** Ends a waiting `poll` now, with what is there; nothing otherwise. */
  wake(): void;
  commit(epoch: number, offsets: PartitionOffset[]): Promise<void>;
  /** Commits nothing. Bounded (a few seconds), idempotent. */
  close(): Promise<void>;
}
export interface ProducerHandle {
  send(outgoing: Outgoing[]): Promise<SendFailure[]>;
  /** Bounded, idempotent. */
  close(): Promise<void>;
}

/** What one guest instance may reach. Everything else is out of its world. */
export interface Capabilities {
  log(level: LogLevel, message: string, fields: [string, string][]): void;
  openConsumer(connection: Connection, options: ConsumerOptions): Promise<ConsumerHandle>;
  openProducer(connection: Connection, options: ProducerOptions): Promise<ProducerHandle>;
}

/** Secret and PEM values by their references; throws ConnectorError for a reference that it did not give out. */
export interface SecretReader {
  read(reference: string): string;
}
