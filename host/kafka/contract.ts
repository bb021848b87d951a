// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:kafka in the shapes that jco uses.
import type { WitError } from '../runtime/contract.ts';

export interface ConsumerOptions {
  /** A missing topic is no error: the host looks for it until it exists. The host creates no topic. */
  topics: string[];
  /** Empty: the consumer joins no group and reads nothing, it only lists topics. */
  group: string;
  /**
   * Where a partition without a committed offset starts. True: at its beginning. False: at the end that it had when `open` first
   * looked its topic up; that end is committed before any record is delivered, so that a later start or a rebalance skips no
   * record. Partitions and topics that are created afterwards start at their beginning in both cases, and so does a partition
   * whose offset is out of range (the host logs an error).
   */
  fromBeginning: boolean;
  /**
   * Offsets up to which records are known to be handled. When a partition is assigned for the first time, it starts here if that
   * is ahead of its committed offset; afterwards the group's committed offset counts. An offset beyond the end of its partition
   * is ignored, and an error is logged.
   */
  resume: PartitionOffset[];
  /** Where partitions start that have neither a committed offset nor a resume offset. `none`: as `from-beginning` says. */
  start?: Start;
  /** `none`: the host's own choice. */
  membership?: Membership;
  /** `none`: the host's own choice, and committed records only. */
  fetching?: Fetching;
  decoding?: Decoding;
}

/**
 * The host looks the offsets up when a partition is assigned, and commits them before any record is delivered, so that a later
 * start or a rebalance skips no record.
 */
export interface Start {
  /**
   * These partitions start at `next-offset`. Below the earliest offset, they start at the earliest one, with a warning. An offset
   * beyond the end of its partition is ignored, and an error is logged.
   */
  offsets: PartitionOffset[];
  /**
   * The other partitions start at their first record with this timestamp or a later one, or at their end if there is none. In
   * milliseconds since 1970. `none`: they start as `from-beginning` says.
   */
  timestamp?: bigint;
}

/**
 * The member of the group, in Kafka's words. The coordinator limits the session timeout (`group.min.session.timeout.ms` and
 * `group.max.session.timeout.ms` of the brokers).
 */
export interface Membership {
  /** The coordinator removes the member if it gets no heartbeat for so long. */
  sessionTimeoutMs: number;
  /** Must be below the session timeout, a third of it at most is usual. */
  heartbeatIntervalMs: number;
  /** How long the coordinator waits for all members to join again. */
  rebalanceTimeoutMs: number;
}

/**
 * The records of open and aborted transactions: `read-committed` delivers those of committed transactions only, and none beyond
 * the first open transaction of a partition; `read-uncommitted` delivers all.
 */
export type Isolation = 'read-committed' | 'read-uncommitted';

/**
 * Fetch requests. A broker answers as soon as it has `min-bytes`, or after `max-wait-ms`. Brokers do not divide record batches: if
 * the first one of an answer is larger than a limit, it is sent all the same.
 */
export interface Fetching {
  isolation: Isolation;
  minBytes: number;
  /** Most bytes of one answer of one broker. */
  maxBytes: number;
  /** Most bytes of one partition in an answer. */
  maxPartitionBytes: number;
  /** `stop` and a rebalance may be noticed so much later. Together with the heartbeat interval it must be below the session timeout. */
  maxWaitMs: number;
  /**
   * The rack or availability zone of the client (KIP-392): brokers with a replica selector let it fetch from a replica there.
   * Empty = not set; the host fetches from the leaders.
   */
  rack: string;
}

export interface Topic {
  name: string;
  partitions: number;
}

/**
 * Consecutive records of one partition, in order. One batch may come in several parts with the same bases. Offsets may have
 * gaps (compaction, transactions). No record lies before the offset where the partition starts.
 *
 * A set without records says that the partition is about to be taken away from this consumer, perhaps to be assigned to it again.
 * The guest should commit what is acknowledged, and then with every ack, until records come again: what is not committed in time
 * is delivered again. The host waits for these commits in a bound of seconds.
 */
export interface Fetched {
  topic: string;
  partition: number;
  /**
   * The number of the assignment of this partition to which the records belong: 1 or more, and larger each time the partition
   * is assigned to this consumer again. A partition that stays assigned over a rebalance keeps its epoch. In a new epoch records
   * are delivered again from the committed offset on.
   */
  epoch: number;
  records: RecordSet;
}

/** `next-offset` is the offset after the last record that was handled, `epoch` the epoch of these records. */
export interface PartitionCommit {
  topic: string;
  partition: number;
  epoch: number;
  nextOffset: bigint;
}

/**
 * The brokers that must have a record before it counts as written. `none`: no broker, the host waits for no answer; `leader`:
 * the partition's leader; `all`: all replicas in sync.
 */
export type Acks = 'none' | 'leader' | 'all';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface ProducerOptions {
  /** With `all` the host writes idempotently where the cluster allows it. */
  acks: Acks;
  compression: Compression;
  /**
   * Largest record batch in bytes, with its header of 61 bytes, before compression. The host divides record sets into
   * batches. A record that is too large for a batch of its own is refused (`rejected`).
   */
  maxBatchBytes: number;
  /**
   * The longest time from the call of `send` to the outcome, with all retries. 0 = no limit: the host retries until the producer
   * is closed.
   */
  deliveryTimeoutMs: number;
  partitioner: Partitioner;
  /**
   * How a missing topic is created. `none`: the host creates no topic, and lets the brokers create it if they do so on request
   * (`auto.create.topics.enable`).
   */
  creation?: TopicCreation;
  /** A record that cannot be encoded, or whose schema cannot be had, is refused alone. */
  encoding?: Encoding;
}

/** How the host chooses the partition of a record whose `outgoing` names none. */
export type Partitioner = 'murmur2' | 'crc32' | 'round-robin' | 'sticky';

export interface TopicCreation {
  /** -1: as many as the brokers choose (`num.partitions`). */
  partitions: number;
  /** -1: as the brokers choose (`default.replication.factor`). */
  replicationFactor: number;
  configs: TopicConfig[];
}

/** Kafka's name of a topic's config, and its value: `retention.ms`, `3600000`. */
export interface TopicConfig {
  name: string;
  value: string;
}

/** Records for one topic, in order. The offset deltas must count from 0 without a gap, so that a host may send the section as it is. */
export interface Outgoing {
  topic: string;
  /** `none`: the host chooses, as `options.partitioner` says. A partition that the topic does not have is refused (`rejected`). */
  partition?: number;
  records: RecordSet;
}

export interface SendFailure {
  /** Number of the record, counted over all of `outgoing`. */
  index: number;
  /** `timeout`: the outcome is not known, the record may be written all the same. Any other kind: it is not written. */
  reason: WitError;
}

/** How to reach a cluster. The host checks every server against its policy, and later every address that a broker advertises. */
export interface Connection {
  /** `host:port`; IPv6 addresses in brackets. */
  servers: string[];
  clientId: string;
  tls?: Tls;
  sasl?: Sasl;
  /** `none`: the host's own limits. */
  timeouts?: Timeouts;
}

export interface Timeouts {
  /** Longest time to connect to one broker: look-up of the name, TCP and TLS together. `open` waits so long for the first answer. */
  connectMs: number;
  /** Longest time from a request to its answer, without retries. */
  requestMs: number;
}

/** `*-ref` are references to secrets or PEM texts that the host keeps (see `param.secret`); empty = not set. */
export interface Tls {
  clientCertRef: string;
  clientKeyRef: string;
  /** Password of an encrypted client key. */
  clientKeyPasswordRef: string;
  /** Certificate authorities in addition to those that the host trusts. */
  caCertRef: string;
  insecureSkipVerify: boolean;
}

/**
 * How the client authenticates: one case for each mechanism, with the values that it needs. New mechanisms are added as
 * cases after these, with records of their own.
 */
export type Sasl = SaslPlain | SaslScramSha256 | SaslScramSha512 | SaslOauthbearer | SaslAwsMskIam;

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

export interface SaslOauthbearer {
  tag: 'oauthbearer';
  val: OauthClient;
}

export interface SaslAwsMskIam {
  tag: 'aws-msk-iam';
  val: AwsCredentials;
}

export interface PasswordLogin {
  username: string;
  passwordRef: string;
}

/**
 * The host gets tokens with the client credentials grant (RFC 6749, 4.4), keeps each for its lifetime, and gets the next one
 * before it ends. It asks its policy about the endpoint.
 */
export interface OauthClient {
  /** `https://` or `http://`. */
  tokenEndpoint: string;
  clientId: string;
  clientSecretRef: string;
  /** Separated by blanks; empty = the endpoint's default. */
  scope: string;
  /** Extensions of the login (RFC 7628, 3.1), such as `logicalCluster`. */
  extensions: SaslExtension[];
  /** Certificate authorities of the endpoint in addition to those that the host trusts. */
  caCertRef: string;
}

export interface SaslExtension {
  name: string;
  value: string;
}

/** AWS_MSK_IAM, the login of Amazon MSK: each is signed with these credentials (AWS Signature Version 4). */
export interface AwsCredentials {
  /** Empty = the region in the name of the broker. */
  region: string;
  /** Temporary credentials have another one each time, so it may have to come from the host's secrets as well. */
  accessKeyIdRef: string;
  secretAccessKeyRef: string;
  /** Of temporary credentials. */
  sessionTokenRef: string;
}

/** `next-offset` is the offset after the last record that was handled, as Kafka commits it. */
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
   * True: the broker stamped the batch (`message.timestamp.type=LogAppendTime`). Every record then has `base-timestamp`, which is
   * the batch's max timestamp, and the timestamp deltas must be ignored. Must be false in a record set for a producer.
   */
  logAppendTime: boolean;
  /**
   * The leader epoch of the partition when the batch was written. `none`: not known, as in message formats before magic 2. Is
   * ignored in a record set for a producer.
   */
  leaderEpoch?: number;
}

/**
 * How the bytes of a key or a value stand for structured data. `json`: the text itself. The others are in Confluent's wire
 * format: a zero byte, the schema's identifier (4 bytes, big endian), for `protobuf` the indexes of the message type, the data.
 */
export type DataFormat = 'json' | 'avro' | 'json-schema' | 'protobuf';

/**
 * A schema registry that speaks Confluent's API. The host checks every address against its policy. `*-ref` are references to
 * secrets that the host keeps; empty = not set.
 */
export interface SchemaRegistry {
  /** `http://host:port/path` or `https://...`; the next one is asked when one does not answer. */
  urls: string[];
  /** HTTP basic authentication. */
  login?: PasswordLogin;
  /** HTTP bearer authentication. */
  tokenRef: string;
  /** TLS of `https` addresses. `none`: the well-known certificate authorities. */
  tls?: Tls;
}

/**
 * Which bytes the host decodes for the guest. A decoded key or value is the protobuf message `opencdc.v1.Data`, structured if
 * the bytes hold an object, else with the raw bytes. Null stays null. What is not decoded keeps its bytes.
 *
 * Structured data has 64-bit floats only: an integer that such a float cannot hold becomes a text of its digits.
 */
export interface Decoding {
  key?: DataFormat;
  value?: DataFormat;
  /** Needed by every format but `json`. */
  registry?: SchemaRegistry;
  /**
   * True: bytes that cannot be decoded come as raw data. False: `poll` fails with topic, partition, offset and schema, after
   * the records before them are delivered.
   */
  keepUndecodable: boolean;
}

/**
 * The schema with which the host encodes keys or values. `topic`: subject `TOPIC-key` or `TOPIC-value`; `record-name`: the full
 * name of the record in the schema; `topic-record-name`: `TOPIC-NAME`. The latter two need `schema`.
 */
export type SubjectStrategy = 'topic-name' | 'record-name' | 'topic-record-name';

export interface Target {
  /** Not `json`, which needs no schema. */
  format: DataFormat;
  subject: SubjectStrategy;
  /** The text of the schema. Empty: the latest schema of the subject, which is looked up again every five minutes. */
  schema: string;
}

/**
 * Which bytes the host encodes for the guest. Such a key or value must be null, or the protobuf message `opencdc.v1.Data`.
 * Structured data is encoded; raw data must be the text of a JSON object, or be encoded already, which leaves it as it is.
 */
export interface Encoding {
  key?: Target;
  value?: Target;
  registry: SchemaRegistry;
  /** True: a `schema` that the subject does not have is registered there. False: it must be there. */
  autoRegister: boolean;
}
