// Commits acknowledged offsets: when commitOffsetsSize records are acknowledged, commitOffsetsDelay after the first of them, with an
// acknowledgement that comes a second or more after the last commit, and at the end.
import { ConnectorError, ErrorKind } from '../abi/connector';
import { Consumer } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { prefixed } from '../abi/result';
import { pending } from './ack-tracker';
import { dueOffsets, markCommitted } from './partitions';

const IDLE_MS: i64 = 1000;
const RETRY_MS: i64 = 1000;

let size: u32 = 1;
let delayMs: i64 = 0;
let pendingSince: i64 = -1;
let committedAt: i64 = 0;
let failedAt: i64 = -1;
/** Partitions are about to be taken away: every acknowledged record is committed at once. */
let urgent: bool = false;

/** `commitDelayMs` 0 or less: never by time. */
export function resetCommits(commitSize: i32, commitDelayMs: i64, nowMs: i64): void {
  size = <u32>max(commitSize, 1);
  delayMs = commitDelayMs;
  pendingSince = -1;
  committedAt = nowMs;
  failedAt = -1;
  urgent = false;
}

/** True: every acknowledgement is committed at once, until this is called with false. */
export function commitAtOnce(now: bool): void {
  urgent = now;
}

/** Commits if a commit is due after an acknowledgement. */
export function commitAfterAck(consumer: Consumer, nowMs: i64): ConnectorError | null {
  const due = isDue(nowMs) || (pending != 0 && delayMs > 0 && elapsed(committedAt, nowMs) >= IDLE_MS);
  return due ? commitNow(consumer, nowMs) : null;
}

/** Commits if a commit is due. It is called with every `read`, so a failed commit is tried again only after RETRY_MS. */
export function commitWhenDue(consumer: Consumer, nowMs: i64): ConnectorError | null {
  if (failedAt >= 0 && elapsed(failedAt, nowMs) < RETRY_MS) return null;
  return isDue(nowMs) ? commitNow(consumer, nowMs) : null;
}

function isDue(nowMs: i64): bool {
  if (pending == 0) {
    pendingSince = -1;
    return false;
  }
  // If the wall clock was set back, the wait begins again.
  if (pendingSince < 0 || nowMs < pendingSince) pendingSince = nowMs;
  return urgent || pending >= size || (delayMs > 0 && nowMs - pendingSince >= delayMs);
}


@inline
function elapsed(since: i64, nowMs: i64): i64 {
  return nowMs < since ? i64.MAX_VALUE : nowMs - since;
}

/** Commits the due offsets. After an error that a retry may cure, it logs a warning, and the offsets stay due. */
function commitNow(consumer: Consumer, nowMs: i64): ConnectorError | null {
  const error = commitAll(consumer);
  if (error === null) {
    committedAt = nowMs;
    failedAt = -1;
    pendingSince = -1;
    return null;
  }
  failedAt = nowMs;
  const curable = error.kind == ErrorKind.timeout || error.kind == ErrorKind.unavailable || error.kind == ErrorKind.cancelled;
  if (!curable) return prefixed('failed to commit records: ', error);
  log(Level.warn, 'failed to commit offsets, trying again later', ['error', error.text, 'records', pending.toString()]);
  return null;
}

/** Commits all acknowledged offsets now. */
export function commitAll(consumer: Consumer): ConnectorError | null {
  const offsets = dueOffsets();
  if (offsets.length != 0) {
    const error = consumer.commit(offsets);
    if (error !== null) return error;
  }
  markCommitted();
  return null;
}
