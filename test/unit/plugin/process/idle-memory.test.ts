import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { releaseIdleMemory, type ProcessMemory } from '../../../../host/plugin/process/idle-memory.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

class FakeMemory implements ProcessMemory {
  cpu = 0;
  resident = 100 * MIB;
  /** What remains after a release. */
  settled = 60 * MIB;
  readonly calls: string[] = [];
  cpuUs = (): number => this.cpu;
  residentBytes = (): number => this.resident;
  collect(): void {
    this.calls.push('collect');
  }
  trim(): void {
    this.calls.push('trim');
    this.resident = this.settled;
  }
}

let memory: FakeMemory;
let end: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  memory = new FakeMemory();
  end = releaseIdleMemory(memory);
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

/** Lets time pass in which the process takes this share of a core. */
async function pass(ms: number, share: number): Promise<void> {
  for (let past = 0; past < ms; past += 1_000) {
    memory.cpu += share * 1_000_000;
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

describe('the memory of a plugin process', () => {
  test('is given back when it is idle: garbage twice, then what the C library keeps', async () => {
    await pass(MINUTE_MS, 0.01);
    expect(memory.calls).toEqual(['collect', 'collect', 'trim']);
  });

  test('is left alone while records pass', async () => {
    await pass(10 * MINUTE_MS, 0.1);
    expect(memory.calls).toEqual([]);
  });

  test('is given back once, and again only after it has grown', async () => {
    await pass(MINUTE_MS, 0.01);
    await pass(10 * MINUTE_MS, 0.01);
    expect(memory.calls).toHaveLength(3);
    memory.resident = memory.settled + 30 * MIB;
    await pass(MINUTE_MS, 0.01);
    expect(memory.calls).toHaveLength(6);
  });

  test('is given back at most once a minute, however fast a slow stream of records fills it', async () => {
    await pass(10_000, 0.01);
    const before = memory.calls.length;
    for (let minute = 0; minute < 5; minute++) {
      for (let second = 0; second < 60; second++) {
        memory.resident += 10 * MIB;
        await pass(1_000, 0.015);
      }
    }
    expect(memory.calls.filter((call) => call === 'collect').length - before).toBeLessThanOrEqual(2 * 5);
    expect(memory.calls).toContain('trim');
  });

  test('is left alone after the end', async () => {
    end();
    await pass(5 * MINUTE_MS, 0);
    expect(memory.calls).toEqual([]);
  });
});
