import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { ShutdownBudget } from '../../../../host/cli/commands/shutdown-budget.ts';
import { transfer, type TransferOptions } from '../../../../host/cli/commands/transfer.ts';
import { FakeDestination, FakeSource } from '../fake-connectors.ts';

function optionsFor(source: FakeSource, destination: FakeDestination, over: Partial<TransferOptions> = {}): TransferOptions {
  const stop = over.stop ?? new AbortController().signal;
  return {
    destination,
    ended: () => Promise.resolve(source.emitted >= source.total),
    stop,
    budget: new ShutdownBudget(stop),
    credit: {},
    taken: () => {},
    written: () => {},
    ...over,
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

describe('a transfer', () => {
  it('writes every record once, in order, and acknowledges it after it was written', async () => {
    const [source, destination] = [new FakeSource(95, 10), new FakeDestination()];
    const done = await transfer(source, optionsFor(source, destination));
    expect(done).toEqual({ records: 95, failed: null, drained: true });
    expect(destination.written).toEqual(numbers(95));
    expect(source.acked).toEqual(numbers(95));
    expect(source.calls).toEqual(['run', 'stop']);
  });

  it('holds what is being written, its read-ahead and one batch, however slow the destination is', async () => {
    const [source, destination] = [new FakeSource(3000, 10), new FakeDestination()];
    destination.delay = () => new Promise((resolve) => setTimeout(resolve, 5));
    // A record here has at most 8 bytes, so a batch has 80, and 200 bytes are two batches and a half.
    await transfer(source, optionsFor(source, destination, { readAhead: { bytes: 200 } }));
    expect(source.acked).toEqual(numbers(3000));
    expect(source.maxAhead).toBeLessThanOrEqual(100);
  });

  it('writes together what came while a write was on its way', async () => {
    const [source, destination] = [new FakeSource(300, 10), new FakeDestination()];
    destination.delay = () => new Promise((resolve) => setTimeout(resolve, 5));
    await transfer(source, optionsFor(source, destination));
    expect(destination.written).toEqual(numbers(300));
    expect(Math.max(...destination.writes)).toBeGreaterThan(10);
  });

  it('collects records as the destination asks, and writes the rest at the end without waiting for more', async () => {
    const [source, destination] = [new FakeSource(95, 10), new FakeDestination()];
    destination.collecting = { gathering: { maxRecords: 30, maxDelayMs: 3_600_000 } };
    await transfer(source, optionsFor(source, destination));
    expect(destination.writes).toEqual([30, 30, 30, 5]);
    expect(source.acked).toEqual(numbers(95));
  });

  it('fills a write as the destination asks, of however many batches, before it asks the source to wait', async () => {
    const [source, destination] = [new FakeSource(64, 1), new FakeDestination()];
    destination.collecting = { gathering: { maxRecords: 32, maxDelayMs: 3_600_000 } };
    await transfer(source, optionsFor(source, destination));
    expect(destination.writes).toEqual([32, 32]);
  });

  it('goes on behind records that failed and are dealt with, and ends at the first that is not', async () => {
    const [source, destination] = [new FakeSource(30, 10), new FakeDestination()];
    destination.reject = (position) => (['3', '7', '21'].includes(position) ? 'too large' : null);
    const dealt: string[] = [];
    let written = 0;
    const done = await transfer(
      source,
      optionsFor(source, destination, {
        written: (count) => (written += count),
        failures: async (failures) => {
          for (const failure of failures) {
            const position = Buffer.from(failure.ack.position).toString();
            if (position === '21') return failure;
            expect(Buffer.from(failure.record).toString()).toContain(position);
            dealt.push(position);
          }
          return null;
        },
      }),
    );
    expect(dealt).toEqual(['3', '7']);
    expect(source.acked).toEqual(numbers(21));
    expect(written).toBe(19);
    expect(done).toMatchObject({ records: 21, failed: { error: 'too large' } });
  });

  it('ends exactly at its limit, in the middle of a batch', async () => {
    const [source, destination] = [new FakeSource(100, 10), new FakeDestination()];
    const done = await transfer(source, optionsFor(source, destination, { limit: 25 }));
    expect(done.records).toBe(25);
    expect(destination.written).toEqual(numbers(25));
    expect(source.acked).toEqual(numbers(25));
  });

  it('acknowledges nothing from the first rejected record on', async () => {
    const [source, destination] = [new FakeSource(100, 10), new FakeDestination()];
    destination.reject = (position) => (position === '13' ? 'too large' : null);
    const done = await transfer(source, optionsFor(source, destination));
    expect(done.records).toBe(13);
    expect(done.failed).toMatchObject({ error: 'too large' });
    expect(source.acked).toEqual(numbers(13));
    expect(destination.writes).toEqual([10, 10]);
  });

  it('writes what the source gave before it failed, then fails with its error', async () => {
    const [source, destination] = [new FakeSource(30, 10), new FakeDestination()];
    source.endError = new ConnectorError('guest.restarts', 'too often');
    await expect(transfer(source, optionsFor(source, destination, { ended: () => Promise.resolve(false) }))).rejects.toMatchObject({
      code: 'guest.restarts',
    });
    expect(source.acked).toEqual(numbers(30));
  });

  it('finishes and acknowledges the write under way when it is stopped, and starts no other', async () => {
    const [source, destination] = [new FakeSource(100, 10), new FakeDestination()];
    const stopping = new AbortController();
    destination.delay = async () => {
      stopping.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const done = await transfer(source, optionsFor(source, destination, { stop: stopping.signal }));
    expect(done).toEqual({ records: 10, failed: null, drained: true });
    expect(source.acked).toEqual(numbers(10));
  });

  it('writes nothing of what it only collects when it is stopped', async () => {
    const [source, destination] = [new FakeSource(10, 10), new FakeDestination()];
    destination.collecting = { gathering: { maxRecords: 100, maxDelayMs: 3_600_000 } };
    const stopping = new AbortController();
    const done = await transfer(
      source,
      optionsFor(source, destination, {
        stop: stopping.signal,
        ended: () => Promise.resolve(false),
        taken: () => setTimeout(() => stopping.abort(), 20),
      }),
    );
    expect(done).toEqual({ records: 0, failed: null, drained: true });
    expect(destination.writes).toEqual([]);
  });

  it('does not acknowledge a write that does not end in time after a stop', async () => {
    const [source, destination] = [new FakeSource(100, 10), new FakeDestination()];
    const stopping = new AbortController();
    destination.delay = () => {
      stopping.abort();
      return new Promise(() => {});
    };
    const done = await transfer(source, optionsFor(source, destination, { stop: stopping.signal }));
    expect(done).toEqual({ records: 0, failed: null, drained: false });
    expect(source.acked).toEqual([]);
  });

  it('refuses a destination that answers another number of acks', async () => {
    const [source, destination] = [new FakeSource(10, 10), new FakeDestination()];
    destination.write = () => Promise.resolve(new Uint8Array(0));
    await expect(transfer(source, optionsFor(source, destination))).rejects.toMatchObject({ code: 'guest.contract' });
  });
});
