/**
 * Requests that kafkajs knows in older versions only: those whose answers say what the user may do (KIP-430). And the one for a group's coordinator,
 * whose error kafkajs does not pass on.
 */
import type { Operation } from '../inspector.ts';
import { ByteReader, ByteWriter } from '../protocol-bytes.ts';

interface Protocol<Answer> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<{ buffer: Buffer; size: () => number }> };
  response: { decode: (bytes: Buffer) => Promise<Answer>; parse: (answer: Answer) => Promise<Answer> };
}

const API = { metadata: 3, findCoordinator: 10, describeGroups: 15 } as const;
/** Versions with the bits of authorised operations, before the encoding became a flexible one. */
const VERSION = { metadata: 8, findCoordinator: 1, describeGroups: 4 } as const;
/** AclOperation of Kafka: the number of its bit. */
const BITS: readonly (readonly [number, Operation])[] = [
  [3, 'read'],
  [4, 'write'],
  [5, 'create'],
  [8, 'describe'],
];
/** The answer for "not asked". A broker without an authorizer sets the bit of every operation. */
const NOT_TOLD = -2147483648;

export interface MetadataAnswer {
  brokers: { id: number; host: string; port: number }[];
  clusterId: string | null;
  controller: number;
  topics: {
    errorCode: number;
    name: string;
    partitions: { partition: number; leader: number; replicas: number; inSync: number }[];
    operations: ReadonlySet<Operation> | null;
  }[];
}

export interface GroupAnswer {
  errorCode: number;
  state: string;
  protocolType: string;
  protocol: string;
  members: { clientId: string; clientHost: string }[];
  operations: ReadonlySet<Operation> | null;
}

/** Metadata of these topics, none of which it creates. */
export function metadataRequest(topics: readonly string[]): Protocol<MetadataAnswer> {
  const body = new ByteWriter();
  body.array(topics, (topic) => body.string(topic));
  body.int8(0); // creates no topic
  body.int8(0); // without the operations on the cluster
  body.int8(1); // with those on the topics
  return protocol('Metadata', API.metadata, VERSION.metadata, body.done(), (reader) => {
    reader.int32(); // throttle time
    const brokers = reader.array(() => {
      const broker = { id: reader.int32(), host: reader.string(), port: reader.int32() };
      reader.string(); // rack
      return broker;
    });
    const clusterId = reader.string() || null;
    const controller = reader.int32();
    return { brokers, clusterId, controller, topics: reader.array(() => topicOf(reader)) };
  });
}

function topicOf(reader: ByteReader): MetadataAnswer['topics'][number] {
  const errorCode = reader.int16();
  const name = reader.string();
  reader.int8(); // internal
  const partitions = reader.array(() => {
    reader.int16(); // error code: a partition without a leader has one, and leader -1
    const partition = reader.int32();
    const leader = reader.int32();
    reader.int32(); // leader epoch
    const replicas = reader.array(() => reader.int32()).length;
    const inSync = reader.array(() => reader.int32()).length;
    reader.array(() => reader.int32()); // offline replicas
    return { partition, leader, replicas, inSync };
  });
  return { errorCode, name, partitions, operations: operationsOf(reader.int32()) };
}

export interface CoordinatorAnswer {
  errorCode: number;
  nodeId: number;
}

export function coordinatorRequest(group: string): Protocol<CoordinatorAnswer> {
  const body = new ByteWriter();
  body.string(group);
  body.int8(0); // of a group, not of a transaction
  return protocol('FindCoordinator', API.findCoordinator, VERSION.findCoordinator, body.done(), (reader) => {
    reader.int32(); // throttle time
    const errorCode = reader.int16();
    reader.string(); // error text
    return { errorCode, nodeId: reader.int32() };
  });
}

export function groupRequest(group: string): Protocol<GroupAnswer> {
  const body = new ByteWriter();
  body.array([group], (name) => body.string(name));
  body.int8(1); // with the operations on the group
  return protocol('DescribeGroups', API.describeGroups, VERSION.describeGroups, body.done(), (reader) => {
    reader.int32(); // throttle time
    const [answer] = reader.array(() => groupOf(reader));
    if (answer === undefined) throw new Error('the answer about the group is empty');
    return answer;
  });
}

function groupOf(reader: ByteReader): GroupAnswer {
  const errorCode = reader.int16();
  reader.string(); // name
  const [state, protocolType, assignor] = [reader.string(), reader.string(), reader.string()];
  const members = reader.array(() => {
    reader.string(); // member id
    reader.string(); // instance id
    const member = { clientId: reader.string(), clientHost: reader.string() };
    reader.bytes(); // subscription
    reader.bytes(); // assignment
    return member;
  });
  return { errorCode, state, protocolType, protocol: assignor, members, operations: operationsOf(reader.int32()) };
}

function protocol<Answer>(
  apiName: string,
  apiKey: number,
  apiVersion: number,
  body: Buffer,
  read: (reader: ByteReader) => Answer,
): Protocol<Answer> {
  const decode = async (bytes: Buffer): Promise<Answer> => {
    const reader = new ByteReader(bytes);
    const answer = read(reader);
    if (reader.failed) throw new Error(`the broker's answer to ${apiName} is too short`);
    return answer;
  };
  return {
    request: { apiKey, apiVersion, apiName, encode: async () => ({ buffer: body, size: () => body.length }) },
    response: { decode, parse: async (answer) => answer },
  };
}

function operationsOf(bits: number): ReadonlySet<Operation> | null {
  if (bits === NOT_TOLD) return null;
  return new Set(BITS.filter(([bit]) => (bits & (1 << bit)) !== 0).map(([, operation]) => operation));
}
