import { expect, test, vi } from 'vitest';
import { LineWriter } from '../../../../host/cli/lines/line-writer.ts';
import { FakeDestination } from '../fake-connectors.ts';

/** A record with nothing but a position, which is what the fake destination reads. */
const record = (position: string): Uint8Array => Buffer.from([0x0a, position.length, ...Buffer.from(position)]);

test.each([
  [{}, [7]],
  [{ gathering: { maxRecords: 3, maxDelayMs: 3_600_000 } }, [3, 3, 1]],
  [{ maxWriteRecords: 2 }, [2, 2, 2, 1]],
])('lines are written as the destination collects them: %j', async (collecting, writes) => {
  const destination = new FakeDestination();
  destination.collecting = collecting;
  const written: number[] = [];
  const writer = new LineWriter(destination, { written: (count) => written.push(count), failed: () => {} });
  for (let line = 1; line <= 7; line++) await writer.add(record(`p${line}`), line);
  await writer.settled();
  expect(destination.writes).toEqual(writes);
  expect(written).toEqual(writes);
});

test('chunks of lines become one write while it is gathered', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const destination = new FakeDestination();
    destination.collecting = { gathering: { maxRecords: 1000, maxDelayMs: 700 } };
    const writer = new LineWriter(destination, { written: () => {}, failed: () => {} });
    let added = 0;
    void (async () => {
      for (let chunk = 0; chunk < 5; chunk++) {
        for (let line = 1; line <= 100; line++) await writer.add(record(`p${added}`), ++added);
        writer.pause();
      }
    })();
    await vi.advanceTimersByTimeAsync(699);
    expect(added).toBe(500);
    expect(destination.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(destination.writes).toEqual([500]);
  } finally {
    vi.useRealTimers();
  }
});

test('lines that are only gathered are told as unsent, not as perhaps written', async () => {
  const destination = new FakeDestination();
  destination.collecting = { gathering: { maxRecords: 1000, maxDelayMs: 3_600_000 } };
  const writer = new LineWriter(destination, { written: () => {}, failed: () => {} });
  for (let line = 1; line <= 3; line++) await writer.add(record(`p${line}`), line);
  writer.pause();
  for (let line = 4; line <= 5; line++) await writer.add(record(`p${line}`), line);
  expect(writer.unanswered).toBeNull();
  expect(writer.unsent).toEqual({ first: 1, last: 5, count: 5 });
  await writer.settled();
  expect(destination.writes).toEqual([5]);
  expect([writer.unanswered, writer.unsent]).toEqual([null, null]);
});

test.each(['runs', 'failed'])('while a write %s, its lines alone are unanswered, and those behind it unsent', async (state) => {
  const destination = new FakeDestination();
  const gate = Promise.withResolvers<void>();
  destination.delay = () => gate.promise;
  const writer = new LineWriter(destination, { written: () => {}, failed: () => {} });
  for (const line of [1, 2]) await writer.add(record(`p${line}`), line);
  writer.pause();
  const settled = writer.add(record('p3'), 3).then(() => writer.settled());
  if (state === 'failed') {
    gate.reject(new Error('the guest is gone'));
    await expect(settled).rejects.toThrow('the guest is gone');
  } else await Promise.resolve().then(() => Promise.resolve());
  expect(writer.unanswered).toEqual({ first: 1, last: 2, count: 2 });
  expect(writer.unsent).toEqual({ first: 3, last: 3, count: 1 });
  gate.resolve();
  await settled.catch(() => {});
});
