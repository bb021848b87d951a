import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lifeline } from '../../../../host/plugin/process/lifeline.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let before: Map<string, ReturnType<typeof process.listeners>>;

beforeEach(() => {
  vi.useFakeTimers();
  before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  vi.useRealTimers();
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal)) if (!before.get(signal)!.includes(listener)) process.off(signal, listener);
});

function start(leave: () => Promise<void> = () => Promise.resolve()): {
  lifeline: Lifeline;
  exits: number[];
  left: () => number;
  parent: { id: number };
} {
  const exits: number[] = [];
  const parent = { id: 100 };
  let left = 0;
  const lifeline = new Lifeline({
    log: () => {},
    leave: () => {
      left++;
      return leave();
    },
    exit: (code) => void exits.push(code),
    parentId: () => parent.id,
  });
  lifeline.start();
  return { lifeline, exits, left: () => left, parent };
}

describe('the end of the process', () => {
  test('comes when the parent has changed, noticed within 2 s', async () => {
    const { exits, left, parent } = start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(exits).toEqual([]);
    parent.id = 1;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(left()).toBe(1);
    expect(exits).toEqual([1]);
  });

  test('comes within 5 s of the parent, though leaving hangs', async () => {
    const { exits, parent } = start(() => new Promise(() => {}));
    parent.id = 1;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(exits).toEqual([1]);
  });

  test('comes when the connection is lost and does not return', async () => {
    const { lifeline, exits, left } = start();
    lifeline.sessions(1);
    lifeline.sessions(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(left()).toBe(1);
    expect(exits).toEqual([1]);
  });

  test('does not come when the client reconnects, or has not come yet', async () => {
    const { lifeline, exits } = start();
    await vi.advanceTimersByTimeAsync(50_000);
    lifeline.sessions(1);
    lifeline.sessions(0);
    await vi.advanceTimersByTimeAsync(500);
    lifeline.sessions(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(exits).toEqual([]);
  });

  test('comes when nobody has ever connected for a minute', async () => {
    const { exits, left } = start();
    await vi.advanceTimersByTimeAsync(65_000);
    expect(left()).toBe(1);
    expect(exits).toEqual([1]);
  });

  test('comes after Shutdown with code 0, after its answer and within 2 s', async () => {
    const { lifeline, exits } = start(() => new Promise(() => {}));
    lifeline.shutdown();
    await vi.advanceTimersByTimeAsync(10);
    expect(exits).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(exits).toEqual([0]);
  });

  test('comes after an unexpected error, and tries to leave first', async () => {
    const { lifeline, exits, left } = start();
    lifeline.crash(new Error('bug'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(left()).toBe(1);
    expect(exits).toEqual([2]);
  });

  test('comes once', async () => {
    const { lifeline, exits, parent } = start();
    lifeline.shutdown();
    parent.id = 1;
    lifeline.sessions(1);
    lifeline.sessions(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(exits.length).toBe(1);
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGHUP'] as const)('%s ends nothing: it is for Conduit, which says what to do', async (signal) => {
    const { lifeline, exits } = start();
    lifeline.sessions(1);
    for (let count = 0; count < 3; count++) process.emit(signal);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(exits).toEqual([]);
  });

  test('SIGTERM gives Conduit the time of its own shutdown, and then ends the process', async () => {
    const { exits, left } = start();
    process.emit('SIGTERM');
    process.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(35_000);
    expect(exits).toEqual([]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(left()).toBe(1);
    expect(exits).toEqual([1]);
  });
});
