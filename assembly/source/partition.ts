// What the source knows of one partition: how its positions begin, and which of its delivered records are acknowledged.
import { PositionPrefix } from '../opencdc/position-writer';
import { Run } from './run';

export class Partition {
  readonly prefix: PositionPrefix;
  readonly topicUtf8: ArrayBuffer;
  /** The assignment of this partition that its newest records belong to: the only one that can be committed. */
  epoch: u32 = 0;
  /** The offset after the acknowledged prefix of this epoch; -1: nothing was acknowledged. */
  due: i64 = -1;
  /** What a commit has brought to the host, of `due`. */
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
