// Fetched record sets that are not delivered in full. A batch ends where the credit ends, which is known only when the records are mapped;
// the rest of a set waits here for the next read.
import { arenaBase, arenaHas, arenaHold, arenaMark } from '../abi/arena';
import { FetchedView } from '../abi/kafka';
import { Partition } from './partition';

export class FetchedSet {
  /** Next record to map. */
  at: usize;
  size: usize;
  left: u32;
  readonly epoch: u32;
  readonly baseOffset: i64;
  readonly baseTimestamp: i64;
  readonly logAppendTime: bool;
  /** -1: not known. */
  readonly leaderEpoch: i32;
  constructor(
    readonly partition: Partition,
    view: FetchedView,
  ) {
    const set = view.records;
    this.at = set.records.ptr;
    this.size = set.records.length;
    this.left = set.count;
    this.epoch = view.epoch;
    this.baseOffset = set.baseOffset;
    this.baseTimestamp = set.baseTimestamp;
    this.logAppendTime = set.logAppendTime;
    this.leaderEpoch = set.hasLeaderEpoch ? set.leaderEpoch : -1;
  }

  /** `from` is where the next record begins. */
  advance(from: usize, records: u32): void {
    this.size -= from - this.at;
    this.at = from;
    this.left -= records;
  }
}

/** True while sets wait. They come from one poll, and stay at their place from the end of that call until all are delivered. */
let kept = false;

/** Moves the rest of the sets to the beginning of the arena, so that they outlive this call. */
export function keepFetched(sets: FetchedSet[]): void {
  if (kept) return;
  kept = true;
  let end = arenaBase();
  // If the heap has grown, the arena has moved, and moving the sets could overwrite one of them. So everything stays where it is.
  for (let i = 0; i < sets.length; i++) if (!arenaHas(sets[i].at)) return arenaHold(arenaMark());
  for (let i = 0; i < sets.length; i++) {
    const set = sets[i];
    memory.copy(end, set.at, set.size);
    set.at = end;
    end += set.size;
  }
  arenaHold(end);
}

export function releaseFetched(): void {
  kept = false;
  arenaHold(arenaBase());
}
