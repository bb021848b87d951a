// The partitions that this source has read from. Finds the partition of an acknowledged position, and lists the due offsets.
import { PartitionCommit } from '../abi/kafka';
import * as reader from '../bytes/reader';
import { same } from '../bytes/memory';
import { parsePosition } from '../opencdc/position-reader';
import { skipField } from '../bytes/protobuf';
import { acknowledge, nonePending } from './ack-tracker';
import { Partition } from './partition';

let all: Partition[] = [];
let recent: Partition | null = null;

export function resetPartitions(): void {
  for (let i = 0; i < all.length; i++) all[i].prefix.free();
  all = [];
  recent = null;
}

export function partitionOf(group: string, topic: string, partition: i32): Partition {
  const known = find(topic, partition);
  if (known !== null) return known;
  const created = new Partition(group, topic, partition);
  all.push(created);
  return created;
}

function find(topic: string, partition: i32): Partition | null {
  for (let i = 0; i < all.length; i++) {
    const p = all[i];
    if (p.partition == partition && p.topic == topic) return p;
  }
  return null;
}

/**
 * Acknowledges the record with this position. False: no record with this position waits. A position that this instance wrote is recognised by
 * its bytes, without parsing it.
 */
function acknowledgePosition(at: usize, size: u32): bool {
  let p = recent;
  if (p === null || !begins(p, at, size)) {
    p = null;
    for (let i = 0; i < all.length && p === null; i++) if (begins(all[i], at, size)) p = all[i];
  }
  if (p !== null) {
    const offset = readOffset(at + p.prefix.size, at + size);
    if (offset >= 0) {
      recent = p;
      return acknowledge(p, offset);
    }
  }
  // The bytes differ, but it may be the same position: an engine may have stored and rewritten the JSON.
  const parsed = parsePosition(at, size).value;
  if (parsed === null || parsed.offset < 0) return false;
  p = find(parsed.topic, parsed.partition);
  return p !== null && p.group == parsed.group && acknowledge(p, parsed.offset);
}


@inline
function begins(p: Partition, at: usize, size: u32): bool {
  return size > p.prefix.size && same(at, p.prefix.at, p.prefix.size);
}

/** The number before the closing brace that ends the position; -1 if the bytes have another form. */
function readOffset(at: usize, end: usize): i64 {
  let value: i64 = 0;
  const last = end - 1;
  if (at >= last || last - at > 18 || load<u8>(last) != 0x7d) return -1;
  while (at < last) {
    const digit = <u32>load<u8>(at++) - 48;
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The offsets for a commit now; empty if none is due. */
export function dueOffsets(): PartitionCommit[] {
  const due = new Array<PartitionCommit>();
  for (let i = 0; i < all.length; i++) {
    const p = all[i];
    if (p.due > p.committed) due.push(new PartitionCommit(p.topic, p.partition, p.epoch, p.due));
  }
  return due;
}

/** The host has taken all due offsets: they are committed, or their epoch is over. */
export function markCommitted(): void {
  for (let i = 0; i < all.length; i++) {
    all[i].committed = all[i].due;
    nonePending(all[i]);
  }
}

/** Acknowledges the positions of a connector.v2.Source.Run.Request. Returns the first position for which no record waits, as text, or null. */
export function acknowledgeAll(at: usize, size: usize): string | null {
  const end = at + size;
  let unknown: string | null = null;
  reader.start(at, end);
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      continue;
    }
    const length = reader.size();
    const position = reader.at;
    reader.skip(length);
    if (reader.broken) break;
    if (!acknowledgePosition(position, length) && unknown === null) unknown = String.UTF8.decodeUnsafe(position, min(length, 300));
  }
  return unknown;
}
