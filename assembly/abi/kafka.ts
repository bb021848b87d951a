// Written by tools/wit/generate.mjs from wit/; do not edit.
// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length. A class is a value of
// the guest: `lower` writes it into a view, `lift` reads it from one.
import { arenaZeroed } from './arena';
import { Result } from './result';
import { BytesSlot, ListSlot, StringSlot, lowerStrings, newList } from './slots';
import { ConnectorError, ErrorView } from './connector';

/** Bytes of the largest result of a function of conduit:kafka. */
export const RESULT_SIZE = 28;

/** conduit:kafka/producer@0.1.0.acks */
export namespace Acks {
  export const none: u8 = 0;
  export const leader: u8 = 1;
  export const all: u8 = 2;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "none";
    if (value == 1) return "leader";
    if (value == 2) return "all";
    return "?";
  }
}

/** conduit:kafka/producer@0.1.0.compression */
export namespace Compression {
  export const none: u8 = 0;
  export const gzip: u8 = 1;
  export const snappy: u8 = 2;
  export const lz4: u8 = 3;
  export const zstd: u8 = 4;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "none";
    if (value == 1) return "gzip";
    if (value == 2) return "snappy";
    if (value == 3) return "lz4";
    if (value == 4) return "zstd";
    return "?";
  }
}

/** conduit:kafka/types@0.1.0.data-format */
export namespace DataFormat {
  export const json: u8 = 0;
  export const avro: u8 = 1;
  export const jsonSchema: u8 = 2;
  export const protobuf: u8 = 3;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "json";
    if (value == 1) return "avro";
    if (value == 2) return "json-schema";
    if (value == 3) return "protobuf";
    return "?";
  }
}

/** conduit:kafka/consumer@0.1.0.isolation */
export namespace Isolation {
  export const readCommitted: u8 = 0;
  export const readUncommitted: u8 = 1;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "read-committed";
    if (value == 1) return "read-uncommitted";
    return "?";
  }
}

/** conduit:kafka/producer@0.1.0.partitioner */
export namespace Partitioner {
  export const murmur2: u8 = 0;
  export const crc32: u8 = 1;
  export const roundRobin: u8 = 2;
  export const sticky: u8 = 3;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "murmur2";
    if (value == 1) return "crc32";
    if (value == 2) return "round-robin";
    if (value == 3) return "sticky";
    return "?";
  }
}

/** conduit:kafka/types@0.1.0.sasl */
export namespace SaslCase {
  export const plain: u8 = 0;
  export const scramSha256: u8 = 1;
  export const scramSha512: u8 = 2;
  export const oauthbearer: u8 = 3;
  export const awsMskIam: u8 = 4;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "plain";
    if (value == 1) return "scram-sha256";
    if (value == 2) return "scram-sha512";
    if (value == 3) return "oauthbearer";
    if (value == 4) return "aws-msk-iam";
    return "?";
  }
}

/** conduit:kafka/types@0.1.0.subject-strategy */
export namespace SubjectStrategy {
  export const topicName: u8 = 0;
  export const recordName: u8 = 1;
  export const topicRecordName: u8 = 2;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "topic-name";
    if (value == 1) return "record-name";
    if (value == 2) return "topic-record-name";
    return "?";
  }
}


@external("conduit:kafka/consumer@0.1.0", "[static]consumer.open")
declare function __consumerOpen(params: usize, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.list-topics")
declare function __consumerListTopics(self: i32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.subscribe")
declare function __consumerSubscribe(self: i32, topics: usize, topicsLength: u32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.poll")
declare function __consumerPoll(self: i32, maxRecords: u32, maxBytes: u32, maxWaitMs: u32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.commit")
declare function __consumerCommit(self: i32, offsets: usize, offsetsLength: u32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[static]consumer.close")
declare function __consumerClose(consumer: i32, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[static]producer.open")
declare function __producerOpen(params: usize, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[method]producer.send")
declare function __producerSend(self: i32, outgoing: usize, outgoingLength: u32, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[static]producer.close")
declare function __producerClose(producer: i32, result: usize): void;

// Every import gives its result here, where the next one overwrites it.
const RESULT: usize = memory.data(RESULT_SIZE, 8);

/**
 * conduit:kafka/types@0.1.0.aws-credentials
 * AWS_MSK_IAM, the login of Amazon MSK: each is signed with these credentials (AWS Signature Version 4).
 */
export class AwsCredentials {
  constructor(
    public region: string = '',
    public accessKeyIdRef: string = '',
    public secretAccessKeyRef: string = '',
    public sessionTokenRef: string = '',
  ) {}

  lower(view: AwsCredentialsView): void {
    view.region.lower(this.region);
    view.accessKeyIdRef.lower(this.accessKeyIdRef);
    view.secretAccessKeyRef.lower(this.secretAccessKeyRef);
    view.sessionTokenRef.lower(this.sessionTokenRef);
  }
}

/**
 * conduit:kafka/types@0.1.0.connection
 * How to reach a cluster. The host checks every server against its policy, and later every address that a broker advertises.
 */
export class Connection {
  constructor(
    public servers: string[] = [],
    public clientId: string = '',
    public tls: Tls | null = null,
    public sasl: Sasl | null = null,
    public timeouts: Timeouts | null = null,
  ) {}

  lower(view: ConnectionView): void {
    lowerStrings(this.servers, view.servers);
    view.clientId.lower(this.clientId);
    const tls = this.tls;
    view.hasTls = tls !== null;
    if (tls !== null) tls.lower(view.tls);
    const sasl = this.sasl;
    view.hasSasl = sasl !== null;
    if (sasl !== null) sasl.lower(view.sasl);
    const timeouts = this.timeouts;
    view.hasTimeouts = timeouts !== null;
    if (timeouts !== null) timeouts.lower(view.timeouts);
  }
}

/** conduit:kafka/consumer@0.1.0.consumer */
export class Consumer {
  constructor(readonly handle: i32) {}

  /**
   * Waits until a broker has answered and the topics are looked up (10 seconds each, or the connect timeout), not until the group
   * is joined. Fails if the client is not authorised to read a topic.
   */
  static open(connection: Connection, options: ConsumerOptions): Result<Consumer> {
    const params = changetype<ConsumerOpenParams>(arenaZeroed(changetype<ConsumerOpenParams>(0).SIZE, changetype<ConsumerOpenParams>(0).ALIGN));
    connection.lower(params.connection);
    options.lower(params.options);
    __consumerOpen(changetype<usize>(params), RESULT);
    const result = changetype<ConsumerOpenResult>(RESULT);
    return result.isError ? new Result<Consumer>(null, ConnectorError.lift(result.error)) : new Result<Consumer>(new Consumer(result.ok), null);
  }

  /**
   * All topics that the client may describe and that the host lets the guest see, by name, without Kafka's internal ones. The first
   * call waits until a broker has answered (10 seconds). Later ones return at once what was found last, and the host looks again.
   */
  listTopics(): Result<ListSlot<TopicView>> {
    __consumerListTopics(this.handle, RESULT);
    const result = changetype<ConsumerListTopicsResult>(RESULT);
    return result.isError ? new Result<ListSlot<TopicView>>(null, ConnectorError.lift(result.error)) : new Result<ListSlot<TopicView>>(result.ok.copy(), null);
  }

  /**
   * Adds topics to those that are read; the host joins the group again. They count as created after `open`: a partition without a
   * committed offset starts at its beginning, unless `options.start` says otherwise.
   */
  subscribe(topics: string[]): ConnectorError | null {
    const topicsList = newList<StringSlot>(0);
    lowerStrings(topics, topicsList);
    __consumerSubscribe(this.handle, topicsList.ptr, topicsList.length, RESULT);
    const result = changetype<ConsumerSubscribeResult>(RESULT);
    return result.isError ? ConnectorError.lift(result.error) : null;
  }

  /**
   * Waits at most `max-wait-ms` for records; the host ends the wait earlier if an ack, `stop` or `teardown` waits for the guest.
   * An empty list is normal. The result never holds more than `max-records` records, nor more than `max-bytes` bytes in `records`
   * unless the first record alone is larger. The host itself recovers from lost connections and rebalances, so an error is
   * permanent.
   */
  poll(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): Result<ListSlot<FetchedView>> {
    __consumerPoll(this.handle, maxRecords, maxBytes, maxWaitMs, RESULT);
    const result = changetype<ConsumerPollResult>(RESULT);
    return result.isError ? new Result<ListSlot<FetchedView>>(null, ConnectorError.lift(result.error)) : new Result<ListSlot<FetchedView>>(result.ok.copy(), null);
  }

  /**
   * Ok means that the broker has confirmed every offset that was sent. The host sends no offset whose epoch is over (the
   * partition was lost, or assigned again), none of a partition that is not assigned, and none at or below the committed offset
   * (a commit never rewinds); that is no error. While the group rebalances the host waits for a moment. After `timeout` and
   * `unavailable` the offsets are still due, and must be committed again later.
   */
  commit(offsets: PartitionCommit[]): ConnectorError | null {
    const offsetsList = newList<PartitionCommitView>(0);
    PartitionCommit.lowerAll(offsets, offsetsList);
    __consumerCommit(this.handle, offsetsList.ptr, offsetsList.length, RESULT);
    const result = changetype<ConsumerCommitResult>(RESULT);
    return result.isError ? ConnectorError.lift(result.error) : null;
  }

  /** Ends the consumer and its handle. Commits no offset. */
  static close(consumer: Consumer): ConnectorError | null {
    __consumerClose(consumer.handle, RESULT);
    const result = changetype<ConsumerCloseResult>(RESULT);
    return result.isError ? ConnectorError.lift(result.error) : null;
  }
}

/** conduit:kafka/consumer@0.1.0.options */
export class ConsumerOptions {
  constructor(
    public topics: string[] = [],
    public group: string = '',
    public fromBeginning: bool = false,
    public resume: PartitionOffset[] = [],
    public start: Start | null = null,
    public membership: Membership | null = null,
    public fetching: Fetching | null = null,
    public decoding: Decoding | null = null,
  ) {}

  lower(view: ConsumerOptionsView): void {
    lowerStrings(this.topics, view.topics);
    view.group.lower(this.group);
    view.fromBeginning = this.fromBeginning;
    PartitionOffset.lowerAll(this.resume, view.resume);
    const start = this.start;
    view.hasStart = start !== null;
    if (start !== null) start.lower(view.start);
    const membership = this.membership;
    view.hasMembership = membership !== null;
    if (membership !== null) membership.lower(view.membership);
    const fetching = this.fetching;
    view.hasFetching = fetching !== null;
    if (fetching !== null) fetching.lower(view.fetching);
    const decoding = this.decoding;
    view.hasDecoding = decoding !== null;
    if (decoding !== null) decoding.lower(view.decoding);
  }
}

/**
 * conduit:kafka/types@0.1.0.decoding
 * Which bytes the host decodes for the guest. A decoded key or value is the protobuf message `opencdc.v1.Data`, structured if
 * the bytes hold an object, else with the raw bytes. Null stays null. What is not decoded keeps its bytes.
 *
 * Structured data has 64-bit floats only: an integer that such a float cannot hold becomes a text of its digits.
 */
export class Decoding {
  constructor(
    public hasKey: bool = false,
    public key: u8 = 0,
    public hasValue: bool = false,
    public value: u8 = 0,
    public registry: SchemaRegistry | null = null,
    public keepUndecodable: bool = false,
  ) {}

  lower(view: DecodingView): void {
    view.hasKey = this.hasKey;
    view.key = this.key;
    view.hasValue = this.hasValue;
    view.value = this.value;
    const registry = this.registry;
    view.hasRegistry = registry !== null;
    if (registry !== null) registry.lower(view.registry);
    view.keepUndecodable = this.keepUndecodable;
  }
}

/**
 * conduit:kafka/types@0.1.0.encoding
 * Which bytes the host encodes for the guest. Such a key or value must be null, or the protobuf message `opencdc.v1.Data`.
 * Structured data is encoded; raw data must be the text of a JSON object, or be encoded already, which leaves it as it is.
 */
export class Encoding {
  constructor(
    public key: Target | null = null,
    public value: Target | null = null,
    public registry: SchemaRegistry = new SchemaRegistry(),
    public autoRegister: bool = false,
  ) {}

  lower(view: EncodingView): void {
    const key = this.key;
    view.hasKey = key !== null;
    if (key !== null) key.lower(view.key);
    const value = this.value;
    view.hasValue = value !== null;
    if (value !== null) value.lower(view.value);
    this.registry.lower(view.registry);
    view.autoRegister = this.autoRegister;
  }
}

/**
 * conduit:kafka/consumer@0.1.0.fetching
 * Fetch requests. A broker answers as soon as it has `min-bytes`, or after `max-wait-ms`. Brokers do not divide record batches: if
 * the first one of an answer is larger than a limit, it is sent all the same.
 */
export class Fetching {
  constructor(
    public isolation: u8 = 0,
    public minBytes: u32 = 0,
    public maxBytes: u32 = 0,
    public maxPartitionBytes: u32 = 0,
    public maxWaitMs: u32 = 0,
    public rack: string = '',
  ) {}

  lower(view: FetchingView): void {
    view.isolation = this.isolation;
    view.minBytes = this.minBytes;
    view.maxBytes = this.maxBytes;
    view.maxPartitionBytes = this.maxPartitionBytes;
    view.maxWaitMs = this.maxWaitMs;
    view.rack.lower(this.rack);
  }
}

/**
 * conduit:kafka/consumer@0.1.0.membership
 * The member of the group, in Kafka's words. The coordinator limits the session timeout (`group.min.session.timeout.ms` and
 * `group.max.session.timeout.ms` of the brokers).
 */
export class Membership {
  constructor(
    public sessionTimeoutMs: u32 = 0,
    public heartbeatIntervalMs: u32 = 0,
    public rebalanceTimeoutMs: u32 = 0,
  ) {}

  lower(view: MembershipView): void {
    view.sessionTimeoutMs = this.sessionTimeoutMs;
    view.heartbeatIntervalMs = this.heartbeatIntervalMs;
    view.rebalanceTimeoutMs = this.rebalanceTimeoutMs;
  }
}

/**
 * conduit:kafka/types@0.1.0.oauth-client
 * The host gets tokens with the client credentials grant (RFC 6749, 4.4), keeps each for its lifetime, and gets the next one
 * before it ends. It asks its policy about the endpoint.
 */
export class OauthClient {
  constructor(
    public tokenEndpoint: string = '',
    public clientId: string = '',
    public clientSecretRef: string = '',
    public scope: string = '',
    public extensions: SaslExtension[] = [],
    public caCertRef: string = '',
  ) {}

  lower(view: OauthClientView): void {
    view.tokenEndpoint.lower(this.tokenEndpoint);
    view.clientId.lower(this.clientId);
    view.clientSecretRef.lower(this.clientSecretRef);
    view.scope.lower(this.scope);
    SaslExtension.lowerAll(this.extensions, view.extensions);
    view.caCertRef.lower(this.caCertRef);
  }
}

/**
 * conduit:kafka/consumer@0.1.0.partition-commit
 * `next-offset` is the offset after the last record that was handled, `epoch` the epoch of these records.
 */
export class PartitionCommit {
  constructor(
    public topic: string = '',
    public partition: i32 = 0,
    public epoch: u32 = 0,
    public nextOffset: i64 = 0,
  ) {}

  lower(view: PartitionCommitView): void {
    view.topic.lower(this.topic);
    view.partition = this.partition;
    view.epoch = this.epoch;
    view.nextOffset = this.nextOffset;
  }
  static lowerAll(all: PartitionCommit[], out: ListSlot<PartitionCommitView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/**
 * conduit:kafka/types@0.1.0.partition-offset
 * `next-offset` is the offset after the last record that was handled, as Kafka commits it.
 */
export class PartitionOffset {
  constructor(
    public topic: string = '',
    public partition: i32 = 0,
    public nextOffset: i64 = 0,
  ) {}

  lower(view: PartitionOffsetView): void {
    view.topic.lower(this.topic);
    view.partition = this.partition;
    view.nextOffset = this.nextOffset;
  }
  static lowerAll(all: PartitionOffset[], out: ListSlot<PartitionOffsetView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/** conduit:kafka/types@0.1.0.password-login */
export class PasswordLogin {
  constructor(
    public username: string = '',
    public passwordRef: string = '',
  ) {}

  lower(view: PasswordLoginView): void {
    view.username.lower(this.username);
    view.passwordRef.lower(this.passwordRef);
  }
}

/** conduit:kafka/producer@0.1.0.producer */
export class Producer {
  constructor(readonly handle: i32) {}

  /** Waits until a broker has answered (10 seconds, or the connect timeout). Looks no topic up. */
  static open(connection: Connection, options: ProducerOptions): Result<Producer> {
    const params = changetype<ProducerOpenParams>(arenaZeroed(changetype<ProducerOpenParams>(0).SIZE, changetype<ProducerOpenParams>(0).ALIGN));
    connection.lower(params.connection);
    options.lower(params.options);
    __producerOpen(changetype<usize>(params), RESULT);
    const result = changetype<ProducerOpenResult>(RESULT);
    return result.isError ? new Result<Producer>(null, ConnectorError.lift(result.error)) : new Result<Producer>(new Producer(result.ok), null);
  }

  /**
   * Writes the records. Within each partition they keep their order. A missing topic is created as `options.creation` says. Ok
   * lists the records that failed, each once, by rising index; every other record is written. Err means that no outcome is known.
   */
  send(outgoing: ListSlot<OutgoingView>): Result<ListSlot<SendFailureView>> {
    __producerSend(this.handle, outgoing.ptr, outgoing.length, RESULT);
    const result = changetype<ProducerSendResult>(RESULT);
    return result.isError ? new Result<ListSlot<SendFailureView>>(null, ConnectorError.lift(result.error)) : new Result<ListSlot<SendFailureView>>(result.ok.copy(), null);
  }

  /** Ends the producer and its handle, after the outcomes of a running `send` are known. */
  static close(producer: Producer): ConnectorError | null {
    __producerClose(producer.handle, RESULT);
    const result = changetype<ProducerCloseResult>(RESULT);
    return result.isError ? ConnectorError.lift(result.error) : null;
  }
}

/** conduit:kafka/producer@0.1.0.options */
export class ProducerOptions {
  constructor(
    public acks: u8 = 0,
    public compression: u8 = 0,
    public maxBatchBytes: u32 = 0,
    public deliveryTimeoutMs: u32 = 0,
    public partitioner: u8 = 0,
    public creation: TopicCreation | null = null,
    public encoding: Encoding | null = null,
  ) {}

  lower(view: ProducerOptionsView): void {
    view.acks = this.acks;
    view.compression = this.compression;
    view.maxBatchBytes = this.maxBatchBytes;
    view.deliveryTimeoutMs = this.deliveryTimeoutMs;
    view.partitioner = this.partitioner;
    const creation = this.creation;
    view.hasCreation = creation !== null;
    if (creation !== null) creation.lower(view.creation);
    const encoding = this.encoding;
    view.hasEncoding = encoding !== null;
    if (encoding !== null) encoding.lower(view.encoding);
  }
}

/**
 * conduit:kafka/types@0.1.0.sasl
 * How the client authenticates: one case for each mechanism, with the values that it needs. New mechanisms are added as
 * cases after these, with records of their own.
 */
export class Sasl {
  plainValue: PasswordLogin | null = null;
  scramSha256Value: PasswordLogin | null = null;
  scramSha512Value: PasswordLogin | null = null;
  oauthbearerValue: OauthClient | null = null;
  awsMskIamValue: AwsCredentials | null = null;

  /** `tag` is one of SaslCase; the values of the other cases are null. */
  private constructor(public tag: u8) {}

  static plain(value: PasswordLogin): Sasl {
    const made = new Sasl(SaslCase.plain);
    made.plainValue = value;
    return made;
  }
  static scramSha256(value: PasswordLogin): Sasl {
    const made = new Sasl(SaslCase.scramSha256);
    made.scramSha256Value = value;
    return made;
  }
  static scramSha512(value: PasswordLogin): Sasl {
    const made = new Sasl(SaslCase.scramSha512);
    made.scramSha512Value = value;
    return made;
  }
  static oauthbearer(value: OauthClient): Sasl {
    const made = new Sasl(SaslCase.oauthbearer);
    made.oauthbearerValue = value;
    return made;
  }
  static awsMskIam(value: AwsCredentials): Sasl {
    const made = new Sasl(SaslCase.awsMskIam);
    made.awsMskIamValue = value;
    return made;
  }

  lower(view: SaslView): void {
    view.tag = this.tag;
    if (this.tag == SaslCase.plain) this.plainValue!.lower(view.plain);
    if (this.tag == SaslCase.scramSha256) this.scramSha256Value!.lower(view.scramSha256);
    if (this.tag == SaslCase.scramSha512) this.scramSha512Value!.lower(view.scramSha512);
    if (this.tag == SaslCase.oauthbearer) this.oauthbearerValue!.lower(view.oauthbearer);
    if (this.tag == SaslCase.awsMskIam) this.awsMskIamValue!.lower(view.awsMskIam);
  }
}

/** conduit:kafka/types@0.1.0.sasl-extension */
export class SaslExtension {
  constructor(
    public name: string = '',
    public value: string = '',
  ) {}

  lower(view: SaslExtensionView): void {
    view.name.lower(this.name);
    view.value.lower(this.value);
  }
  static lowerAll(all: SaslExtension[], out: ListSlot<SaslExtensionView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/**
 * conduit:kafka/types@0.1.0.schema-registry
 * A schema registry that speaks Confluent's API. The host checks every address against its policy. `*-ref` are references to
 * secrets that the host keeps; empty = not set.
 */
export class SchemaRegistry {
  constructor(
    public urls: string[] = [],
    public login: PasswordLogin | null = null,
    public tokenRef: string = '',
    public tls: Tls | null = null,
  ) {}

  lower(view: SchemaRegistryView): void {
    lowerStrings(this.urls, view.urls);
    const login = this.login;
    view.hasLogin = login !== null;
    if (login !== null) login.lower(view.login);
    view.tokenRef.lower(this.tokenRef);
    const tls = this.tls;
    view.hasTls = tls !== null;
    if (tls !== null) tls.lower(view.tls);
  }
}

/** conduit:kafka/producer@0.1.0.send-failure */
export class SendFailure {
  constructor(
    public index: u32 = 0,
    public reason: ConnectorError = new ConnectorError(),
  ) {}
}

/**
 * conduit:kafka/consumer@0.1.0.start
 * The host looks the offsets up when a partition is assigned, and commits them before any record is delivered, so that a later
 * start or a rebalance skips no record.
 */
export class Start {
  constructor(
    public offsets: PartitionOffset[] = [],
    public hasTimestamp: bool = false,
    public timestamp: i64 = 0,
  ) {}

  lower(view: StartView): void {
    PartitionOffset.lowerAll(this.offsets, view.offsets);
    view.hasTimestamp = this.hasTimestamp;
    view.timestamp = this.timestamp;
  }
}

/** conduit:kafka/types@0.1.0.target */
export class Target {
  constructor(
    public format: u8 = 0,
    public subject: u8 = 0,
    public schema: string = '',
  ) {}

  lower(view: TargetView): void {
    view.format = this.format;
    view.subject = this.subject;
    view.schema.lower(this.schema);
  }
}

/** conduit:kafka/types@0.1.0.timeouts */
export class Timeouts {
  constructor(
    public connectMs: u32 = 0,
    public requestMs: u32 = 0,
  ) {}

  lower(view: TimeoutsView): void {
    view.connectMs = this.connectMs;
    view.requestMs = this.requestMs;
  }
}

/**
 * conduit:kafka/types@0.1.0.tls
 * `*-ref` are references to secrets or PEM texts that the host keeps (see `param.secret`); empty = not set.
 */
export class Tls {
  constructor(
    public clientCertRef: string = '',
    public clientKeyRef: string = '',
    public clientKeyPasswordRef: string = '',
    public caCertRef: string = '',
    public insecureSkipVerify: bool = false,
  ) {}

  lower(view: TlsView): void {
    view.clientCertRef.lower(this.clientCertRef);
    view.clientKeyRef.lower(this.clientKeyRef);
    view.clientKeyPasswordRef.lower(this.clientKeyPasswordRef);
    view.caCertRef.lower(this.caCertRef);
    view.insecureSkipVerify = this.insecureSkipVerify;
  }
}

/** conduit:kafka/consumer@0.1.0.topic */
export class Topic {
  constructor(
    public name: string = '',
    public partitions: u32 = 0,
  ) {}
}

/**
 * conduit:kafka/producer@0.1.0.topic-config
 * Kafka's name of a topic's config, and its value: `retention.ms`, `3600000`.
 */
export class TopicConfig {
  constructor(
    public name: string = '',
    public value: string = '',
  ) {}

  lower(view: TopicConfigView): void {
    view.name.lower(this.name);
    view.value.lower(this.value);
  }
  static lowerAll(all: TopicConfig[], out: ListSlot<TopicConfigView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/** conduit:kafka/producer@0.1.0.topic-creation */
export class TopicCreation {
  constructor(
    public partitions: i32 = 0,
    public replicationFactor: i32 = 0,
    public configs: TopicConfig[] = [],
  ) {}

  lower(view: TopicCreationView): void {
    view.partitions = this.partitions;
    view.replicationFactor = this.replicationFactor;
    TopicConfig.lowerAll(this.configs, view.configs);
  }
}

/** conduit:kafka/types@0.1.0.aws-credentials: 32 bytes, align 4 */
@unmanaged export class AwsCredentialsView {
  @inline get SIZE(): usize { return 32; }
  @inline get ALIGN(): usize { return 4; }
  @inline get region(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get accessKeyIdRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get secretAccessKeyRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get sessionTokenRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 24); }
}

/** conduit:kafka/types@0.1.0.connection: 124 bytes, align 4 */
@unmanaged export class ConnectionView {
  @inline get SIZE(): usize { return 124; }
  @inline get ALIGN(): usize { return 4; }
  @inline get servers(): ListSlot<StringSlot> { return changetype<ListSlot<StringSlot>>(changetype<usize>(this) + 0); }
  @inline get clientId(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get hasTls(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set hasTls(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get tls(): TlsView { return changetype<TlsView>(changetype<usize>(this) + 20); }
  @inline get hasSasl(): bool { return load<bool>(changetype<usize>(this), 56); }
  @inline set hasSasl(value: bool) { store<bool>(changetype<usize>(this), value, 56); }
  @inline get sasl(): SaslView { return changetype<SaslView>(changetype<usize>(this) + 60); }
  @inline get hasTimeouts(): bool { return load<bool>(changetype<usize>(this), 112); }
  @inline set hasTimeouts(value: bool) { store<bool>(changetype<usize>(this), value, 112); }
  @inline get timeouts(): TimeoutsView { return changetype<TimeoutsView>(changetype<usize>(this) + 116); }
}

/** result of conduit:kafka/consumer@0.1.0#[static]consumer.close: 28 bytes, align 4 */
@unmanaged export class ConsumerCloseResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.commit: 28 bytes, align 4 */
@unmanaged export class ConsumerCommitResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.list-topics: 28 bytes, align 4 */
@unmanaged export class ConsumerListTopicsResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): ListSlot<TopicView> { return changetype<ListSlot<TopicView>>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** parameters of conduit:kafka/consumer@0.1.0#[static]consumer.open: 336 bytes, align 8 */
@unmanaged export class ConsumerOpenParams {
  @inline get SIZE(): usize { return 336; }
  @inline get ALIGN(): usize { return 8; }
  @inline get connection(): ConnectionView { return changetype<ConnectionView>(changetype<usize>(this) + 0); }
  @inline get options(): ConsumerOptionsView { return changetype<ConsumerOptionsView>(changetype<usize>(this) + 128); }
}

/** result of conduit:kafka/consumer@0.1.0#[static]consumer.open: 28 bytes, align 4 */
@unmanaged export class ConsumerOpenResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): i32 { return load<i32>(changetype<usize>(this), 4); }
  @inline set ok(value: i32) { store<i32>(changetype<usize>(this), value, 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/consumer@0.1.0.options: 208 bytes, align 8 */
@unmanaged export class ConsumerOptionsView {
  @inline get SIZE(): usize { return 208; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topics(): ListSlot<StringSlot> { return changetype<ListSlot<StringSlot>>(changetype<usize>(this) + 0); }
  @inline get group(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get fromBeginning(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set fromBeginning(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get resume(): ListSlot<PartitionOffsetView> { return changetype<ListSlot<PartitionOffsetView>>(changetype<usize>(this) + 20); }
  @inline get hasStart(): bool { return load<bool>(changetype<usize>(this), 32); }
  @inline set hasStart(value: bool) { store<bool>(changetype<usize>(this), value, 32); }
  @inline get start(): StartView { return changetype<StartView>(changetype<usize>(this) + 40); }
  @inline get hasMembership(): bool { return load<bool>(changetype<usize>(this), 64); }
  @inline set hasMembership(value: bool) { store<bool>(changetype<usize>(this), value, 64); }
  @inline get membership(): MembershipView { return changetype<MembershipView>(changetype<usize>(this) + 68); }
  @inline get hasFetching(): bool { return load<bool>(changetype<usize>(this), 80); }
  @inline set hasFetching(value: bool) { store<bool>(changetype<usize>(this), value, 80); }
  @inline get fetching(): FetchingView { return changetype<FetchingView>(changetype<usize>(this) + 84); }
  @inline get hasDecoding(): bool { return load<bool>(changetype<usize>(this), 112); }
  @inline set hasDecoding(value: bool) { store<bool>(changetype<usize>(this), value, 112); }
  @inline get decoding(): DecodingView { return changetype<DecodingView>(changetype<usize>(this) + 116); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.poll: 28 bytes, align 4 */
@unmanaged export class ConsumerPollResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): ListSlot<FetchedView> { return changetype<ListSlot<FetchedView>>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.subscribe: 28 bytes, align 4 */
@unmanaged export class ConsumerSubscribeResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/types@0.1.0.decoding: 88 bytes, align 4 */
@unmanaged export class DecodingView {
  @inline get SIZE(): usize { return 88; }
  @inline get ALIGN(): usize { return 4; }
  @inline get hasKey(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set hasKey(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get key(): u8 { return load<u8>(changetype<usize>(this), 1); }
  @inline set key(value: u8) { store<u8>(changetype<usize>(this), value, 1); }
  @inline get hasValue(): bool { return load<bool>(changetype<usize>(this), 2); }
  @inline set hasValue(value: bool) { store<bool>(changetype<usize>(this), value, 2); }
  @inline get value(): u8 { return load<u8>(changetype<usize>(this), 3); }
  @inline set value(value: u8) { store<u8>(changetype<usize>(this), value, 3); }
  @inline get hasRegistry(): bool { return load<bool>(changetype<usize>(this), 4); }
  @inline set hasRegistry(value: bool) { store<bool>(changetype<usize>(this), value, 4); }
  @inline get registry(): SchemaRegistryView { return changetype<SchemaRegistryView>(changetype<usize>(this) + 8); }
  @inline get keepUndecodable(): bool { return load<bool>(changetype<usize>(this), 84); }
  @inline set keepUndecodable(value: bool) { store<bool>(changetype<usize>(this), value, 84); }
}

/** conduit:kafka/types@0.1.0.encoding: 112 bytes, align 4 */
@unmanaged export class EncodingView {
  @inline get SIZE(): usize { return 112; }
  @inline get ALIGN(): usize { return 4; }
  @inline get hasKey(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set hasKey(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get key(): TargetView { return changetype<TargetView>(changetype<usize>(this) + 4); }
  @inline get hasValue(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set hasValue(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get value(): TargetView { return changetype<TargetView>(changetype<usize>(this) + 20); }
  @inline get registry(): SchemaRegistryView { return changetype<SchemaRegistryView>(changetype<usize>(this) + 32); }
  @inline get autoRegister(): bool { return load<bool>(changetype<usize>(this), 108); }
  @inline set autoRegister(value: bool) { store<bool>(changetype<usize>(this), value, 108); }
}

/** conduit:kafka/consumer@0.1.0.fetched: 56 bytes, align 8 */
@unmanaged export class FetchedView {
  @inline get SIZE(): usize { return 56; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 8); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 8); }
  @inline get epoch(): u32 { return load<u32>(changetype<usize>(this), 12); }
  @inline set epoch(value: u32) { store<u32>(changetype<usize>(this), value, 12); }
  @inline get records(): RecordSetView { return changetype<RecordSetView>(changetype<usize>(this) + 16); }
}

/** conduit:kafka/consumer@0.1.0.fetching: 28 bytes, align 4 */
@unmanaged export class FetchingView {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isolation(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set isolation(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get minBytes(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set minBytes(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
  @inline get maxBytes(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set maxBytes(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
  @inline get maxPartitionBytes(): u32 { return load<u32>(changetype<usize>(this), 12); }
  @inline set maxPartitionBytes(value: u32) { store<u32>(changetype<usize>(this), value, 12); }
  @inline get maxWaitMs(): u32 { return load<u32>(changetype<usize>(this), 16); }
  @inline set maxWaitMs(value: u32) { store<u32>(changetype<usize>(this), value, 16); }
  @inline get rack(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 20); }
}

/** conduit:kafka/consumer@0.1.0.membership: 12 bytes, align 4 */
@unmanaged export class MembershipView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get sessionTimeoutMs(): u32 { return load<u32>(changetype<usize>(this)); }
  @inline set sessionTimeoutMs(value: u32) { store<u32>(changetype<usize>(this), value); }
  @inline get heartbeatIntervalMs(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set heartbeatIntervalMs(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
  @inline get rebalanceTimeoutMs(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set rebalanceTimeoutMs(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}

/** conduit:kafka/types@0.1.0.oauth-client: 48 bytes, align 4 */
@unmanaged export class OauthClientView {
  @inline get SIZE(): usize { return 48; }
  @inline get ALIGN(): usize { return 4; }
  @inline get tokenEndpoint(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get clientId(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get clientSecretRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get scope(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 24); }
  @inline get extensions(): ListSlot<SaslExtensionView> { return changetype<ListSlot<SaslExtensionView>>(changetype<usize>(this) + 32); }
  @inline get caCertRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 40); }
}

/** conduit:kafka/producer@0.1.0.outgoing: 56 bytes, align 8 */
@unmanaged export class OutgoingView {
  @inline get SIZE(): usize { return 56; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get hasPartition(): bool { return load<bool>(changetype<usize>(this), 8); }
  @inline set hasPartition(value: bool) { store<bool>(changetype<usize>(this), value, 8); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 12); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 12); }
  @inline get records(): RecordSetView { return changetype<RecordSetView>(changetype<usize>(this) + 16); }
}

/** conduit:kafka/consumer@0.1.0.partition-commit: 24 bytes, align 8 */
@unmanaged export class PartitionCommitView {
  @inline get SIZE(): usize { return 24; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 8); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 8); }
  @inline get epoch(): u32 { return load<u32>(changetype<usize>(this), 12); }
  @inline set epoch(value: u32) { store<u32>(changetype<usize>(this), value, 12); }
  @inline get nextOffset(): i64 { return load<i64>(changetype<usize>(this), 16); }
  @inline set nextOffset(value: i64) { store<i64>(changetype<usize>(this), value, 16); }
}

/** conduit:kafka/types@0.1.0.partition-offset: 24 bytes, align 8 */
@unmanaged export class PartitionOffsetView {
  @inline get SIZE(): usize { return 24; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 8); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 8); }
  @inline get nextOffset(): i64 { return load<i64>(changetype<usize>(this), 16); }
  @inline set nextOffset(value: i64) { store<i64>(changetype<usize>(this), value, 16); }
}

/** conduit:kafka/types@0.1.0.password-login: 16 bytes, align 4 */
@unmanaged export class PasswordLoginView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get username(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get passwordRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** result of conduit:kafka/producer@0.1.0#[static]producer.close: 28 bytes, align 4 */
@unmanaged export class ProducerCloseResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** parameters of conduit:kafka/producer@0.1.0#[static]producer.open: 276 bytes, align 4 */
@unmanaged export class ProducerOpenParams {
  @inline get SIZE(): usize { return 276; }
  @inline get ALIGN(): usize { return 4; }
  @inline get connection(): ConnectionView { return changetype<ConnectionView>(changetype<usize>(this) + 0); }
  @inline get options(): ProducerOptionsView { return changetype<ProducerOptionsView>(changetype<usize>(this) + 124); }
}

/** result of conduit:kafka/producer@0.1.0#[static]producer.open: 28 bytes, align 4 */
@unmanaged export class ProducerOpenResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): i32 { return load<i32>(changetype<usize>(this), 4); }
  @inline set ok(value: i32) { store<i32>(changetype<usize>(this), value, 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/producer@0.1.0.options: 152 bytes, align 4 */
@unmanaged export class ProducerOptionsView {
  @inline get SIZE(): usize { return 152; }
  @inline get ALIGN(): usize { return 4; }
  @inline get acks(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set acks(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get compression(): u8 { return load<u8>(changetype<usize>(this), 1); }
  @inline set compression(value: u8) { store<u8>(changetype<usize>(this), value, 1); }
  @inline get maxBatchBytes(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set maxBatchBytes(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
  @inline get deliveryTimeoutMs(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set deliveryTimeoutMs(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
  @inline get partitioner(): u8 { return load<u8>(changetype<usize>(this), 12); }
  @inline set partitioner(value: u8) { store<u8>(changetype<usize>(this), value, 12); }
  @inline get hasCreation(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set hasCreation(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get creation(): TopicCreationView { return changetype<TopicCreationView>(changetype<usize>(this) + 20); }
  @inline get hasEncoding(): bool { return load<bool>(changetype<usize>(this), 36); }
  @inline set hasEncoding(value: bool) { store<bool>(changetype<usize>(this), value, 36); }
  @inline get encoding(): EncodingView { return changetype<EncodingView>(changetype<usize>(this) + 40); }
}

/** result of conduit:kafka/producer@0.1.0#[method]producer.send: 28 bytes, align 4 */
@unmanaged export class ProducerSendResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): ListSlot<SendFailureView> { return changetype<ListSlot<SendFailureView>>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/types@0.1.0.record-set: 40 bytes, align 8 */
@unmanaged export class RecordSetView {
  @inline get SIZE(): usize { return 40; }
  @inline get ALIGN(): usize { return 8; }
  @inline get baseOffset(): i64 { return load<i64>(changetype<usize>(this)); }
  @inline set baseOffset(value: i64) { store<i64>(changetype<usize>(this), value); }
  @inline get baseTimestamp(): i64 { return load<i64>(changetype<usize>(this), 8); }
  @inline set baseTimestamp(value: i64) { store<i64>(changetype<usize>(this), value, 8); }
  @inline get count(): u32 { return load<u32>(changetype<usize>(this), 16); }
  @inline set count(value: u32) { store<u32>(changetype<usize>(this), value, 16); }
  @inline get records(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 20); }
  @inline get logAppendTime(): bool { return load<bool>(changetype<usize>(this), 28); }
  @inline set logAppendTime(value: bool) { store<bool>(changetype<usize>(this), value, 28); }
  @inline get hasLeaderEpoch(): bool { return load<bool>(changetype<usize>(this), 32); }
  @inline set hasLeaderEpoch(value: bool) { store<bool>(changetype<usize>(this), value, 32); }
  @inline get leaderEpoch(): i32 { return load<i32>(changetype<usize>(this), 36); }
  @inline set leaderEpoch(value: i32) { store<i32>(changetype<usize>(this), value, 36); }
}

/** conduit:kafka/types@0.1.0.sasl-extension: 16 bytes, align 4 */
@unmanaged export class SaslExtensionView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get value(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** conduit:kafka/types@0.1.0.sasl: 52 bytes, align 4 */
@unmanaged export class SaslView {
  @inline get SIZE(): usize { return 52; }
  @inline get ALIGN(): usize { return 4; }
  @inline get tag(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set tag(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get plain(): PasswordLoginView { return changetype<PasswordLoginView>(changetype<usize>(this) + 4); }
  @inline get scramSha256(): PasswordLoginView { return changetype<PasswordLoginView>(changetype<usize>(this) + 4); }
  @inline get scramSha512(): PasswordLoginView { return changetype<PasswordLoginView>(changetype<usize>(this) + 4); }
  @inline get oauthbearer(): OauthClientView { return changetype<OauthClientView>(changetype<usize>(this) + 4); }
  @inline get awsMskIam(): AwsCredentialsView { return changetype<AwsCredentialsView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/types@0.1.0.schema-registry: 76 bytes, align 4 */
@unmanaged export class SchemaRegistryView {
  @inline get SIZE(): usize { return 76; }
  @inline get ALIGN(): usize { return 4; }
  @inline get urls(): ListSlot<StringSlot> { return changetype<ListSlot<StringSlot>>(changetype<usize>(this) + 0); }
  @inline get hasLogin(): bool { return load<bool>(changetype<usize>(this), 8); }
  @inline set hasLogin(value: bool) { store<bool>(changetype<usize>(this), value, 8); }
  @inline get login(): PasswordLoginView { return changetype<PasswordLoginView>(changetype<usize>(this) + 12); }
  @inline get tokenRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 28); }
  @inline get hasTls(): bool { return load<bool>(changetype<usize>(this), 36); }
  @inline set hasTls(value: bool) { store<bool>(changetype<usize>(this), value, 36); }
  @inline get tls(): TlsView { return changetype<TlsView>(changetype<usize>(this) + 40); }
}

/** conduit:kafka/producer@0.1.0.send-failure: 28 bytes, align 4 */
@unmanaged export class SendFailureView {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get index(): u32 { return load<u32>(changetype<usize>(this)); }
  @inline set index(value: u32) { store<u32>(changetype<usize>(this), value); }
  @inline get reason(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/consumer@0.1.0.start: 24 bytes, align 8 */
@unmanaged export class StartView {
  @inline get SIZE(): usize { return 24; }
  @inline get ALIGN(): usize { return 8; }
  @inline get offsets(): ListSlot<PartitionOffsetView> { return changetype<ListSlot<PartitionOffsetView>>(changetype<usize>(this) + 0); }
  @inline get hasTimestamp(): bool { return load<bool>(changetype<usize>(this), 8); }
  @inline set hasTimestamp(value: bool) { store<bool>(changetype<usize>(this), value, 8); }
  @inline get timestamp(): i64 { return load<i64>(changetype<usize>(this), 16); }
  @inline set timestamp(value: i64) { store<i64>(changetype<usize>(this), value, 16); }
}

/** conduit:kafka/types@0.1.0.target: 12 bytes, align 4 */
@unmanaged export class TargetView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get format(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set format(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get subject(): u8 { return load<u8>(changetype<usize>(this), 1); }
  @inline set subject(value: u8) { store<u8>(changetype<usize>(this), value, 1); }
  @inline get schema(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/types@0.1.0.timeouts: 8 bytes, align 4 */
@unmanaged export class TimeoutsView {
  @inline get SIZE(): usize { return 8; }
  @inline get ALIGN(): usize { return 4; }
  @inline get connectMs(): u32 { return load<u32>(changetype<usize>(this)); }
  @inline set connectMs(value: u32) { store<u32>(changetype<usize>(this), value); }
  @inline get requestMs(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set requestMs(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
}

/** conduit:kafka/types@0.1.0.tls: 36 bytes, align 4 */
@unmanaged export class TlsView {
  @inline get SIZE(): usize { return 36; }
  @inline get ALIGN(): usize { return 4; }
  @inline get clientCertRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get clientKeyRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get clientKeyPasswordRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get caCertRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 24); }
  @inline get insecureSkipVerify(): bool { return load<bool>(changetype<usize>(this), 32); }
  @inline set insecureSkipVerify(value: bool) { store<bool>(changetype<usize>(this), value, 32); }
}

/** conduit:kafka/producer@0.1.0.topic-config: 16 bytes, align 4 */
@unmanaged export class TopicConfigView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get value(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** conduit:kafka/producer@0.1.0.topic-creation: 16 bytes, align 4 */
@unmanaged export class TopicCreationView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get partitions(): i32 { return load<i32>(changetype<usize>(this)); }
  @inline set partitions(value: i32) { store<i32>(changetype<usize>(this), value); }
  @inline get replicationFactor(): i32 { return load<i32>(changetype<usize>(this), 4); }
  @inline set replicationFactor(value: i32) { store<i32>(changetype<usize>(this), value, 4); }
  @inline get configs(): ListSlot<TopicConfigView> { return changetype<ListSlot<TopicConfigView>>(changetype<usize>(this) + 8); }
}

/** conduit:kafka/consumer@0.1.0.topic: 12 bytes, align 4 */
@unmanaged export class TopicView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partitions(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set partitions(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}
