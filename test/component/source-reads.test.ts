// How much a source reads at once, and its answer if there are no records or if a record is too large.
import { beforeEach, describe, expect, test } from 'vitest';
import { CREDIT, acksOf, openSource, readBatch, recordsOf } from '../support/data-path.ts';
import { FakeWorld, type Guest, errorOf } from '../support/guest.ts';
import type { OpencdcRecord } from '../support/protocol.ts';
import { fetched } from '../support/record-set.ts';

let guest: Guest;
beforeEach(async () => {
  guest = await openSource();
});

describe('credit', () => {
  const hundred = fetched(
    'orders',
    0,
    Array.from({ length: 100 }, (_, i) => ({ offset: BigInt(i), value: `${i}`.padStart(50) })),
  );
  const offsets = (records: OpencdcRecord[]) =>
    records.map((record) => (JSON.parse(record.position.toString()) as { Offset: number }).Offset);

  test('bounds the records of a batch; the rest comes with the next reads, in order, without another poll', async () => {
    guest.world.fetched.push([hundred, fetched('orders', 1, [{ offset: 5n }])]);
    const sizes: number[] = [];
    const seen: string[] = [];
    for (;;) {
      const batch = await guest.source.read({ ...CREDIT, maxRecords: 30 });
      if (batch === undefined) break;
      sizes.push(batch.count);
      seen.push(...recordsOf(batch).map((record) => record.position.toString()));
    }
    expect(sizes).toEqual([30, 30, 30, 11]);
    expect(guest.world.of('consumer.poll')).toHaveLength(2);
    expect(seen.slice(0, 100).map((p) => (JSON.parse(p) as { Offset: number }).Offset)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test('bounds the bytes of a batch', async () => {
    guest.world.fetched.push([hundred]);
    const all: number[] = [];
    for (;;) {
      const batch = await guest.source.read({ ...CREDIT, maxBytes: 1000 });
      if (batch === undefined) break;
      expect(batch.data.length).toBeLessThanOrEqual(1000);
      all.push(...offsets(recordsOf(batch)));
    }
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test('smaller than one record still lets that record through, alone', async () => {
    guest.world.fetched.push([hundred]);
    const batch = await guest.source.read({ ...CREDIT, maxBytes: 1 });
    expect(batch?.count).toBe(1);
  });

  test('of zero returns nothing and polls nothing', async () => {
    guest.world.fetched.push([hundred]);
    expect(await guest.source.read({ maxRecords: 0, maxBytes: 0, maxWaitMs: 0 })).toBeUndefined();
    expect(guest.world.of('consumer.poll')).toHaveLength(0);
  });

  test('is passed on to the poll, in bytes of Kafka: what a batch adds is taken off', async () => {
    await readBatch(guest, [hundred]);
    await readBatch(guest, [hundred], { maxRecords: 7, maxBytes: 60_000, maxWaitMs: 123 });
    const poll = guest.world.last('consumer.poll');
    expect(poll).toMatchObject({ maxRecords: 7, maxWaitMs: 123 });
    expect(poll.maxBytes).toBeGreaterThan(5_000);
    expect(poll.maxBytes).toBeLessThan(30_000);
  });
});

describe('reading', () => {
  test('finds nothing: there is no batch, never an empty one', async () => {
    expect(await guest.source.read(CREDIT)).toBeUndefined();
    guest.world.fetched.push([
      {
        ...fetched('orders', 0, []),
        records: { baseOffset: 0n, baseTimestamp: 0n, count: 0, records: Buffer.alloc(0), logAppendTime: false },
      },
    ]);
    expect(await guest.source.read(CREDIT)).toBeUndefined();
  });
  test('fails: the error keeps its kind and says what failed', async () => {
    guest.world.fail.set('consumer.poll', { kind: 'unavailable', text: 'no broker' });
    expect(await errorOf(guest.source.read(CREDIT))).toEqual({ kind: 'unavailable', text: 'failed getting a record: no broker' });
    guest.world.fail.clear();
    expect(await readBatch(guest, [fetched('orders', 0, [{ value: 'x' }])])).toHaveLength(1);
  });
  test('after stop returns nothing more, also of what was fetched already', async () => {
    guest.world.fetched.push([fetched('orders', 0, [{ value: 'a' }, { value: 'b' }])]);
    await guest.source.read({ ...CREDIT, maxRecords: 1 });
    await guest.source.stop();
    expect(await guest.source.read(CREDIT)).toBeUndefined();
  });
  test('before open is an error', async () => {
    const fresh = await openSource({}, undefined, new FakeWorld());
    await fresh.source.teardown();
    expect((await errorOf(fresh.source.read(CREDIT))).text).toBe('the source is not open');
  });
});

test('a million records, read and acknowledged one by one, leave the guest’s memory as large as the first few did', async () => {
  const size = 5000;
  const set = fetched(
    'orders',
    0,
    Array.from({ length: size }, (_, i) => {
      const headers: Record<string, string> = i % 2 ? { h: `${i}` } : {};
      return { key: `k${i}`, value: 'v'.repeat(60), headers };
    }),
  );
  let settled = 0;
  for (let base = 0; base < 1_000_000; base += size) {
    set.records.baseOffset = BigInt(base);
    guest.world.fetched.push([set]);
    for (let got = 0; got < size;) got += (await guest.source.read({ ...CREDIT, maxRecords: 3000 }))!.count;
    await guest.source.ack(
      acksOf(Array.from({ length: size }, (_, i) => `{"GroupID":"g","Topic":"orders","Partition":0,"Offset":${base + i}}`)),
    );
    guest.world.calls.length = 0;
    if (base === 10 * size) settled = guest.memoryBytes();
  }
  expect(guest.memoryBytes()).toBe(settled);
}, 120_000);
