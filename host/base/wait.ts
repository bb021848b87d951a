/** Bounded waits. Every wait in the host is one of these, so none lasts without a bound, a signal or both. */
import { onAbort } from './abort.ts';

/** Node fires a timer with a longer delay at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `action` after `ms`, never if that is Infinity. Returns the function that cancels it. */
export function after(ms: number, action: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (leftMs: number): void => {
    timer =
      leftMs > LONGEST_TIMER_MS
        ? setTimeout(() => arm(leftMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
        : setTimeout(action, Math.max(0, leftMs));
  };
  if (ms !== Number.POSITIVE_INFINITY) arm(ms);
  return () => clearTimeout(timer);
}

/** Resolves after `ms` (Infinity: only the signal ends the wait), or at once when the signal aborts; never rejects. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      forget?.();
      resolve();
    };
    const cancel = after(ms, done);
    const forget = signal && onAbort(signal, done);
  });
}

/** True if `promise` settled, either way, within `ms`; false when the time is over or the signal aborts first. Never rejects. */
export function settles(promise: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) {
    promise.catch(() => undefined);
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const done = (settled: boolean): void => {
      cancel();
      forget?.();
      resolve(settled);
    };
    promise.then(
      () => done(true),
      () => done(true),
    );
    const cancel = after(ms, () => done(false));
    const forget = signal && onAbort(signal, () => done(false));
  });
}

/** True if `promise` was fulfilled within `ms`, false if it took longer. Rejects as it does in time; a later rejection is ignored. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  if (!(await settles(promise, ms))) return false;
  await promise;
  return true;
}

/** What `promise` gives, or undefined as soon as the signal aborts. Rejects as it does until then; a later rejection is ignored. */
export async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return (await settles(promise, Number.POSITIVE_INFINITY, signal)) ? promise : undefined;
}

/** One turn of the event loop: I/O, timers and signals get their chance between two calls that need no wait. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
