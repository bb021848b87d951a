// Record sets that were fetched and have not gone out in full. A batch ends where the credit ends, which no one knows before the
// records are mapped; the rest of a set waits here for the next read.
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
  }

  /** `from` is where the next record begins. */
  advance(from: usize, records: u32): void {
    this.size -= from - this.at;
    this.at = from;
    this.left -= records;
  }
}

/** What waits is from one poll, and is kept as it is from the end of that call until all of it has gone out. */
let kept = false;

/** Moves what is left of the sets down to where the arena begins, so that they outlive this call. */
export function keepFetched(sets: FetchedSet[]): void {
  if (kept) return;
  kept = true;
  let end = arenaBase();
  // The heap has grown, and the arena has moved: what is in the way cannot be told.
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
