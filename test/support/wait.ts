/** Waits of the tests. Each has a bound, and says what it waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

export { sleep };

const LOOK_MS = 10;

/** Resolves when the condition holds; rejects after the bound. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000, what = 'the condition'): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`expected ${what} within ${timeoutMs} ms`);
    await sleep(LOOK_MS);
  }
}

/** `await expectSoon(() => value).toBe(1)`: asks for the value until it is right, for ten seconds. */
export const expectSoon = <T>(value: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(value, { timeout: 10_000 });
