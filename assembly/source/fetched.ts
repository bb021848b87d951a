// Record sets that were fetched and have not gone out in full. A batch ends where the credit ends, which no one knows before the
// records are mapped; the rest of a set waits here for the next read.
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
  /** Memory of our own, once the set outlived the call that fetched it. */
  private kept: usize = 0;

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

  /** Moves what is left out of the arena. */
  keep(): void {
    if (this.kept != 0) return;
    this.kept = heap.alloc(this.size);
    memory.copy(this.kept, this.at, this.size);
    this.at = this.kept;
  }

  release(): void {
    if (this.kept != 0) heap.free(this.kept);
    this.kept = 0;
  }
}
