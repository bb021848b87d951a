import { ConnectorError } from '../../base/errors.ts';

/** A batch as a broker sent it: header fields, and the bytes still compressed and unchecked. A message of format 0 or 1 is a batch of its own. */
export interface FetchedBatch {
  /** Message format: 2 = record batch (KIP-98), 0 and 1 = one message, which holds further ones if it is compressed. */
  magic: number;
  /** Of a compressed message of format 0 or 1 the last offset in it; `openBatch` finds the first. */
  baseOffset: bigint;
  /** Stays what it was when compaction takes the last records away. */
  lastOffset: bigint;
  /** Of a compressed message of format 0 or 1 not known yet, and 1. */
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

/** `what` names the batch with its offset, `problem` goes on after it. The caller adds topic and partition. */
export function corruptBatch(what: string, problem: string, cause?: unknown): ConnectorError {
  return new ConnectorError('kafka.corrupt', `${what} ${problem}`, cause === undefined ? {} : { cause });
}
