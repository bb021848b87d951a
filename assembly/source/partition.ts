// The state of one partition in the source: the beginning of its positions, and its delivered and acknowledged records.
import { PositionPrefix } from '../opencdc/position-writer';
import { Run } from './run';

export class Partition {
  readonly prefix: PositionPrefix;
  readonly topicUtf8: ArrayBuffer;
  /** The epoch of its newest records. Only offsets of this epoch can be committed. */
  epoch: u32 = 0;
  /** The offset after the acknowledged prefix of this epoch; -1: no record was acknowledged. */
  due: i64 = -1;
  /** The last value of `due` that the host has taken in a commit. */
  committed: i64 = -1;
  /** Acknowledged records of this epoch that the next commit would cover. */
  pending: u32 = 0;
  /** Delivered records in order, oldest first. */
  first: Run | null = null;
  last: Run | null = null;

  constructor(
    readonly group: string,
    readonly topic: string,
    readonly partition: i32,
  ) {
    this.prefix = new PositionPrefix(group, topic, partition);
    this.topicUtf8 = String.UTF8.encode(topic);
  }
}
