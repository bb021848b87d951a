/**
 * The bytes of Kafka's consumer protocol, which the members of a group exchange through its coordinator: the subscriptions and the assignments. Version 0
 * is written. Newer versions add fields at the end, which are not read.
 */
import type { Partitions } from './sticky-assignment.ts';
import { ByteReader, ByteWriter } from '../../protocol-bytes.ts';

export interface Subscription {
  topics: string[];
  userData: Uint8Array;
}

/** Null if the bytes are damaged. */
export function decodeSubscription(bytes: Uint8Array): Subscription | null {
  const reader = new ByteReader(bytes);
  reader.int16(); // version
  const topics = reader.array(() => reader.string());
  const userData = reader.bytes();
  return reader.failed ? null : { topics, userData };
}

export function encodeSubscription({ topics, userData }: Subscription): Buffer {
  const writer = new ByteWriter();
  writer.int16(0);
  writer.array(topics, (topic) => writer.string(topic));
  writer.bytes(userData);
  return writer.done();
}

export function encodeAssignment(partitions: ReadonlyMap<string, readonly number[]>): Buffer {
  const writer = new ByteWriter();
  writer.int16(0);
  writePartitions(writer, partitions);
  writer.bytes(new Uint8Array(0));
  return writer.done();
}

/** The data that a member sends to the leader besides its topics. */
export interface StickyUserData {
  previous: Partitions;
  /** The generation of the group in which the member had them; -1: not known. */
  generation: number;
  /** Partition counts of the member's own topics. */
  counts: Map<string, number>;
}

/** "KPC1": distinguishes our own part of the user data from bytes that another client may append. */
const COUNTS_FOLLOW = 0x4b504331;

/**
 * The user data of Kafka's own sticky assignors (schema version 1), followed by the partition counts: other clients stop reading before the counts. Empty
 * or foreign user data, and user data that cannot be read to the end, count as none.
 */
export function decodeStickyUserData(bytes: Uint8Array): StickyUserData {
  const reader = new ByteReader(bytes);
  const nothing = { previous: new Map<string, number[]>(), generation: -1, counts: new Map<string, number>() };
  if (bytes.length === 0) return nothing;
  const previous = new Map(reader.array(() => [reader.string(), reader.array(() => reader.int32())] as const));
  if (reader.failed) return nothing;
  // Version 0 ends here.
  const generation = reader.left >= 4 ? reader.int32() : -1;
  const counts =
    reader.left >= 4 && reader.int32() === COUNTS_FOLLOW
      ? new Map(reader.array(() => [reader.string(), reader.int32()] as const))
      : new Map<string, number>();
  return { previous, generation, counts: reader.failed ? new Map<string, number>() : counts };
}

export function encodeStickyUserData({ previous, generation, counts }: StickyUserData): Buffer {
  const writer = new ByteWriter();
  writePartitions(writer, previous);
  writer.int32(generation);
  writer.int32(COUNTS_FOLLOW);
  writer.array([...counts], ([topic, count]) => {
    writer.string(topic);
    writer.int32(count);
  });
  return writer.done();
}

function writePartitions(writer: ByteWriter, partitions: ReadonlyMap<string, readonly number[]>): void {
  writer.array([...partitions], ([topic, numbers]) => {
    writer.string(topic);
    writer.array(numbers, (partition) => writer.int32(partition));
  });
}
