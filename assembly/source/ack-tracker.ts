// Tracks which delivered records are acknowledged, and how far each partition may be committed: only to the end of the acknowledged
// prefix, so that a commit never passes an unacknowledged record.
//
// Each partition has a list of its deliveries in order, as runs of consecutive offsets. A gap that compaction or a transaction left
// begins a new run. An in-order acknowledgement costs O(1). An out-of-order one is held as a run of its own until the records before it
// are acknowledged.
//
// An epoch is one assignment of a partition. In a new epoch the same offsets may be delivered again while acknowledgements of the first
// delivery are still on their way. Those match the older run first, and have no effect.
import { Partition } from './partition';
import { Run } from './run';

/** Acknowledged records of all partitions that the next commit would cover. */
export let pending: u32 = 0;

export function resetTracker(): void {
  pending = 0;
}

/** The acknowledged records of this partition are committed, or can no longer be committed. */
export function nonePending(partition: Partition): void {
  pending -= partition.pending;
  partition.pending = 0;
}

/** Records with the offsets `first` to `last` are delivered to the host. */
export function delivered(partition: Partition, epoch: u32, first: i64, last: i64): void {
  if (epoch > partition.epoch) {
    // Offsets of an epoch that is over cannot be committed any more; their records are delivered again.
    nonePending(partition);
    partition.epoch = epoch;
    partition.due = -1;
    partition.committed = -1;
  }
  const run = partition.last;
  if (run !== null && run.epoch == epoch && !run.acknowledged && run.lastOffset + 1 == first) {
    run.lastOffset = last;
    return;
  }
  const next = new Run(epoch, first, last);
  if (run === null) partition.first = next;
  else run.next = next;
  partition.last = next;
}

/** Acknowledges one record. False: no record with this offset waits for an acknowledgement. */
export function acknowledge(partition: Partition, offset: i64): bool {
  const run = partition.first;
  if (run === null) return false;
  if (run.firstOffset != offset) return hold(partition, offset);
  advance(partition, run.epoch, offset, 1);
  if (run.lastOffset != offset) run.firstOffset = offset + 1;
  else removeFirst(partition, run);
  return true;
}


@inline
function advance(partition: Partition, epoch: u32, offset: i64, count: u32): void {
  if (epoch != partition.epoch) return;
  pending += count;
  partition.pending += count;
  if (offset >= partition.due) partition.due = offset + 1;
}

function removeFirst(partition: Partition, run: Run): void {
  let next = run.next;
  while (next !== null && next.acknowledged) {
    advance(partition, next.epoch, next.lastOffset, <u32>(next.lastOffset - next.firstOffset + 1));
    next = next.next;
  }
  partition.first = next;
  if (next === null) partition.last = null;
}

/** An acknowledgement out of order: splits the run that it belongs to. */
function hold(partition: Partition, offset: i64): bool {
  let before: Run | null = null;
  let run = partition.first;
  while (run !== null && (run.acknowledged || offset < run.firstOffset || offset > run.lastOffset)) {
    before = run;
    run = run.next;
  }
  if (run === null) return false;
  const end = run.lastOffset;
  const held = new Run(run.epoch, offset, offset, true);
  held.next = run.next;
  if (offset < end) {
    const rest = new Run(run.epoch, offset + 1, end);
    rest.next = run.next;
    held.next = rest;
    if (rest.next === null) partition.last = rest;
  } else if (held.next === null) {
    partition.last = held;
  }
  if (offset > run.firstOffset) {
    run.lastOffset = offset - 1;
    run.next = held;
    before = run;
  } else if (before !== null) {
    before.next = held;
  }
  // The first run is never an acknowledged one, so there is a run before a held run.
  if (before !== null) joinHeld(partition, before, held);
  return true;
}

/** Joins held runs that are adjacent, so that many acknowledgements in any order leave few runs. */
function joinHeld(partition: Partition, before: Run, held: Run): void {
  const next = held.next;
  if (next !== null && touches(held, next)) {
    held.lastOffset = next.lastOffset;
    held.next = next.next;
    if (held.next === null) partition.last = held;
  }
  if (touches(before, held)) {
    before.lastOffset = held.lastOffset;
    before.next = held.next;
    if (before.next === null) partition.last = before;
  }
}


@inline
function touches(a: Run, b: Run): bool {
  return a.acknowledged && b.acknowledged && a.epoch == b.epoch && a.lastOffset + 1 == b.firstOffset;
}
