/** What a broker says of itself, of its cluster, and of what this user may do: for `doctor`. `host/kafka/kafkajs` has the one implementation. */
import type { DialPurpose } from '../net/policy.ts';
import type { Address } from './client.ts';

/** Looks at one step of a connection at a time. */
export interface Probe {
  readonly servers: readonly Address[];
  readonly usesTls: boolean;
  readonly hasLogin: boolean;
  /** Tries a connection, without a login; with `tls` as the connection has it. Never rejects. */
  dial(address: Address, options: DialOptions): Promise<DialOutcome>;
  /** Connects to one server, TLS and login included, and gets an answer. Never rejects. */
  ask(server: Address, timeoutMs: number, signal?: AbortSignal): Promise<ServerAnswer>;
  inspector(options: InspectorOptions): Inspector;
}

/** The highest version of each request, by API key; or why there was no answer. */
export type ServerAnswer = { versions: ReadonlyMap<number, number> } | { failure: string };

export interface DialOptions {
  tls: boolean;
  purpose: DialPurpose;
  signal?: AbortSignal;
}

export interface InspectorOptions {
  /** The servers to connect to first. */
  servers: readonly Address[];
  requestTimeoutMs?: number;
  signal?: AbortSignal;
}

export interface Certificate {
  subject: string;
  issuer: string;
  validTo: Date;
  /** TLS version, such as `TLSv1.3`. */
  protocol: string;
}

export type DialOutcome =
  | { address: string; certificate: Certificate | null }
  /** `step`: what failed. `text` names the address and the reason. `code`: Node's name of the error, or empty. */
  | { failure: { step: 'policy' | 'name' | 'tcp' | 'tls'; text: string; code: string } };

/** Operations of Kafka's authorizer that this connector needs. */
export type Operation = 'read' | 'write' | 'create' | 'describe';

export interface BrokerView {
  id: number;
  host: string;
  port: number;
}

export interface ClusterView {
  clusterId: string | null;
  controller: number;
  brokers: BrokerView[];
}

export interface PartitionView {
  partition: number;
  /** Node id; -1 while there is none. */
  leader: number;
  replicas: number;
  inSync: number;
}

export interface TopicView {
  name: string;
  /** Kafka's name of the error, such as `UNKNOWN_TOPIC_OR_PARTITION`; null if there is none. */
  error: string | null;
  partitions: PartitionView[];
  /** Null if the broker does not tell. */
  operations: ReadonlySet<Operation> | null;
}

export interface MemberView {
  clientId: string;
  clientHost: string;
}

export interface GroupView {
  /** Kafka's name of the error; null if there is none. */
  error: string | null;
  /** `Stable`, `Empty`, `Dead` (there is no such group) ... */
  state: string;
  /** `consumer`; empty if the group has no members. */
  protocolType: string;
  /** The assignor that the members agreed on. */
  protocol: string;
  members: MemberView[];
  operations: ReadonlySet<Operation> | null;
}

/** Connections to one cluster that only look. Every promise rejects with KafkaFault or ConnectorError. */
export interface Inspector {
  cluster(): Promise<ClusterView>;
  /** Never creates a topic. */
  topics(names: readonly string[]): Promise<TopicView[]>;
  /** A group that does not exist has the state `Dead`. */
  group(name: string): Promise<GroupView>;
  /** Values of a topic's settings, by name. Rejects if the user may not see them. */
  topicSettings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  close(graceMs: number): Promise<void>;
}
