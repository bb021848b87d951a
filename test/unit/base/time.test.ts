import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { onAbort } from '../../../host/base/abort.ts';
import { Backoff } from '../../../host/base/backoff.ts';
import { Deadline } from '../../../host/base/deadline.ts';
import { settles, sleep, unless, within } from '../../../host/base/wait.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const never = new Promise<never>(() => undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The state of `work` after `ms`. */
async function after<T>(ms: number, work: Promise<T>): Promise<T | 'waits' | Error> {
  let result: T | 'waits' | Error = 'waits';
  work.then(
    (value) => (result = value),
    (error: Error) => (result = error),
  );
  await vi.advanceTimersByTimeAsync(ms);
  return result;
}

describe('sleep', () => {
  test('ends after its time and not before', async () => {
    const slept = sleep(100).then(() => 'woke');
    expect(await after(99, slept)).toBe('waits');
    expect(await after(1, slept)).toBe('woke');
  });

  test('is ended by the signal, also by one that came before, and leaves no timer', async () => {
    const abort = new AbortController();
    const slept = sleep(100, abort.signal).then(() => 'woke');
    abort.abort();
    expect(await after(0, slept)).toBe('woke');
    expect(
      await after(
        0,
        sleep(Infinity, abort.signal).then(() => 'woke'),
      ),
    ).toBe('woke');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('lasts longer than the longest timer of Node if it is told to', async () => {
    const slept = sleep(LONGEST_TIMER_MS + 1_000).then(() => 'woke');
    expect(await after(LONGEST_TIMER_MS + 999, slept)).toBe('waits');
    expect(await after(1, slept)).toBe('woke');
  });
});

describe('a bounded wait', () => {
  test('knows what settled in time, either way', async () => {
    expect(await settles(Promise.resolve(), 10)).toBe(true);
    expect(await settles(Promise.reject(new Error('failed')), 10)).toBe(true);
    expect(await after(10, settles(never, 10))).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends with the signal', async () => {
    const abort = new AbortController();
    const waited = settles(never, Infinity, abort.signal);
    expect(await after(1_000_000, waited)).toBe('waits');
    abort.abort();
    expect(await waited).toBe(false);
    expect(await settles(Promise.resolve(), 10, abort.signal)).toBe(false);
  });

  test('passes on a failure in time, and ignores one that comes late', async () => {
    await expect(within(Promise.reject(new Error('failed')), 10)).rejects.toThrow('failed');
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 20));
    expect(await after(10, within(late, 10))).toBe(false);
    await vi.advanceTimersByTimeAsync(20); // an unhandled rejection would fail the test
  });

  test('unless the signal comes, gives what was waited for', async () => {
    const abort = new AbortController();
    expect(await unless(abort.signal, Promise.resolve('value'))).toBe('value');
    await expect(unless(abort.signal, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    const waited = unless(abort.signal, never);
    abort.abort();
    expect(await waited).toBeUndefined();
    expect(await unless(abort.signal, Promise.reject(new Error('ignored')))).toBeUndefined();
  });
});

describe('a deadline', () => {
  test('is over when its time is, whatever the wall clock says', async () => {
    const deadline = Deadline.after(100);
    vi.setSystemTime(0);
    expect([deadline.isOver, deadline.leftMs]).toEqual([false, 100]);
    await vi.advanceTimersByTimeAsync(60);
    expect([deadline.isOver, deadline.leftMs]).toEqual([false, 40]);
    await vi.advanceTimersByTimeAsync(60);
    expect([deadline.isOver, deadline.leftMs]).toEqual([true, 0]);
  });

  test('may be none', () => {
    expect([Deadline.never.isOver, Deadline.never.leftMs]).toEqual([false, Infinity]);
    expect(Deadline.after(Infinity)).toBe(Deadline.never);
  });
});

test('a back-off doubles up to its longest delay, and begins again after progress', () => {
  const backoff = new Backoff(100, 500);
  expect(Array.from({ length: 5 }, () => backoff.next())).toEqual([100, 200, 400, 500, 500]);
  backoff.progress();
  expect([backoff.next(), backoff.next()]).toEqual([100, 200]);
});

test('an action for the abort of a signal runs once, at once if it has aborted, and not if it was taken back', () => {
  const abort = new AbortController();
  const ran: string[] = [];
  onAbort(abort.signal, () => ran.push('first'));
  onAbort(abort.signal, () => ran.push('taken back'))();
  abort.abort();
  onAbort(abort.signal, () => ran.push('late'));
  expect(ran).toEqual(['first', 'late']);
});
