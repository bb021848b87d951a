/** Bounded waits. Every wait in the host uses one of these functions, so that each has a bound, a signal or both. */
import { onAbort } from './abort.ts';

/** Node fires a timer with a longer delay immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `action` after `ms`, or never if `ms` is Infinity. Returns the function that cancels the call. */
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

/** Resolves after `ms`, or when the signal aborts. With Infinity only the signal ends the wait. Never rejects. */
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

/** True if `promise` is fulfilled or rejected within `ms`; false if the time passes or the signal aborts first. Never rejects. */
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

/** True if `promise` is fulfilled within `ms`, false if it takes longer. Rejects if `promise` rejects in that time; a later rejection is ignored. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  if (!(await settles(promise, ms))) return false;
  await promise;
  return true;
}

/** The value of `promise`, or undefined as soon as the signal aborts. Rejects if `promise` rejects before that; a later rejection is ignored. */
export async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return (await settles(promise, Number.POSITIVE_INFINITY, signal)) ? promise : undefined;
}

/** Waits for one turn of the event loop, so that I/O, timers and signals are served in a loop whose calls never wait. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
