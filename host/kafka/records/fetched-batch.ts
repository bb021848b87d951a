import { ConnectorError } from '../../base/errors.ts';

/** A batch as the broker sent it: its header fields, and its bytes, compressed and unchecked. A message of format 0 or 1 is a batch of its own. */
export interface FetchedBatch {
  /** Message format: 2 = record batch (KIP-98), 0 and 1 = one message, which holds further ones if it is compressed. */
  magic: number;
  /** For a compressed message of format 0 or 1 it is the last offset in it; `openBatch` finds the first. */
  baseOffset: bigint;
  /** It does not change when compaction removes the last records. */
  lastOffset: bigint;
  /** For a compressed message of format 0 or 1 it is 1, because the count is not known yet. */
  count: number;
  codec: number;
  control: boolean;
  transactional: boolean;
  producerId: bigint;
  logAppendTime: boolean;
  baseTimestamp: bigint;
  /** The whole batch; a view of the fetch response. */
  bytes: Buffer;
}

/** `what` names the batch with its offset, `problem` completes the sentence. The caller adds topic and partition. */
export function corruptBatch(what: string, problem: string, cause?: unknown): ConnectorError {
  return new ConnectorError('kafka.corrupt', `${what} ${problem}`, cause === undefined ? {} : { cause });
}
