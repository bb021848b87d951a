import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { RecordDestination } from '../../../host/connector/record-destination.ts';
import { RecordSource, type RecordBatch } from '../../../host/connector/record-source.ts';
import { encodeRecords, type OpenCdcRecord } from '../../../host/conduit/record.ts';
import { FakeDestination, DrivenSource } from '../plugin/support.ts';
import { eventually } from '../../support/wait.ts';

const record = (over: Partial<OpenCdcRecord> = {}): OpenCdcRecord => ({
  position: new Uint8Array(0),
  operation: 'create',
  metadata: {},
  key: null,
  payload: { before: null, after: null },
  ...over,
});

describe('a source of records', () => {
  test('gives batches in order and acknowledges those that were acknowledged, up to the first that was not', async () => {
    const inner = new DrivenSource();
    const source = new RecordSource(inner);
    inner.emit(0, 2);
    inner.emit(2, 1);
    const batches = source[Symbol.asyncIterator]();
    const first = (await batches.next()).value as RecordBatch;
    const second = (await batches.next()).value as RecordBatch;
    expect(first.records.map(({ position }) => Buffer.from(position).toString())).toEqual(['p0', 'p1']);
    second.ack();
    expect(inner.acked).toEqual([]);
    first.ack();
    first.ack();
    expect(inner.acked).toEqual(['p0', 'p1', 'p2']);
    await source.close();
  });

  test('holds nothing of batches that a program drops without acknowledging them', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const inner = new DrivenSource();
    const source = new RecordSource(inner);
    const batches = source[Symbol.asyncIterator]();
    const position = Buffer.alloc(1 << 20);
    const data = encodeRecords([record({ position })]);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 100; n++) {
      inner.sink!.batch({ data, count: 1, lastPosition: position });
      await batches.next();
    }
    // The memory of buffers is given back some time after their collection.
    await eventually(() => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before < 20 << 20;
    });
    await source.close();
  });

  test('acknowledges records one by one only after the next is asked for', async () => {
    const inner = new DrivenSource();
    const source = new RecordSource(inner);
    inner.emit(0, 1);
    inner.emit(1, 1);
    const records = source.records();
    await records.next();
    expect(inner.acked).toEqual([]);
    await records.next();
    expect(inner.acked).toEqual(['p0']);
    await records.return();
    expect(inner.acked).toEqual(['p0']);
    expect(inner.told.at(-1)).toBe('teardown');
  });

  test('reads no further than two batches ahead', async () => {
    const inner = new DrivenSource();
    const source = new RecordSource(inner);
    expect(inner.emit(0, 1)).toBe(true);
    expect(inner.emit(1, 1)).toBe(false);
    await source[Symbol.asyncIterator]().next();
    expect(inner.told).toContain('resume');
    await source.close();
  });

  test('ends when its signal aborts, and throws when the source fails', async () => {
    const [stopping, inner] = [new AbortController(), new DrivenSource()];
    const ended = new RecordSource(inner, stopping.signal)[Symbol.asyncIterator]().next();
    stopping.abort();
    expect((await ended).done).toBe(true);
    expect(inner.told.at(-1)).toBe('teardown');

    const failing = new DrivenSource();
    const next = new RecordSource(failing)[Symbol.asyncIterator]().next();
    failing.sink!.failed(new ConnectorError('guest.restarts', 'too often'));
    await expect(next).rejects.toMatchObject({ code: 'guest.restarts' });
  });
});

describe('a destination of records', () => {
  const held = (inner: FakeDestination): (() => void) => {
    const gate = Promise.withResolvers<void>();
    inner.gate = gate.promise;
    return gate.resolve;
  };
  const one = (text: string): OpenCdcRecord[] => [record({ position: Buffer.from(text) })];

  test.each(['close', 'await using'])('does the writes that were begun before it closes: %s', async (how) => {
    const inner = new FakeDestination();
    const destination = new RecordDestination(inner);
    const open = held(inner);
    const writes = [destination.write(one('1')), destination.write(one('2'))];
    const closing = how === 'close' ? destination.close() : destination[Symbol.asyncDispose]();
    await expect(destination.write(one('3'))).rejects.toMatchObject({ code: 'cancelled' });
    open();
    expect(await Promise.all(writes)).toEqual([[null], [null]]);
    await closing;
    expect(inner.writes.flat()).toEqual(['1', '2']);
    expect(inner.told).toEqual(['teardown']);
  });

  test('closes without a word for a write that was never begun', async () => {
    const inner = new FakeDestination();
    const destination = new RecordDestination(inner);
    await destination.close();
    await destination.close();
    expect(inner.told).toEqual(['teardown']);
  });

  test('gives the writes that were begun ten seconds when it closes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const inner = new FakeDestination();
      const destination = new RecordDestination(inner);
      const open = held(inner);
      inner.teardown = () => Promise.resolve(open());
      const writes = Promise.allSettled([destination.write(one('1')), destination.write(one('2'))]);
      const closing = destination.close();
      await vi.advanceTimersByTimeAsync(9_999);
      expect(inner.told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      await closing;
      expect(await writes).toMatchObject([{ value: [null] }, { reason: { code: 'cancelled' } }]);
      expect(inner.writes).toEqual([['1']]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends the writes that wait when its signal aborts', async () => {
    const [stopping, inner] = [new AbortController(), new FakeDestination()];
    const destination = new RecordDestination(inner, stopping.signal);
    const open = held(inner);
    inner.teardown = () => Promise.resolve(open());
    const writes = Promise.allSettled([destination.write(one('1')), destination.write(one('2'))]);
    stopping.abort();
    expect(await writes).toMatchObject([{ value: [null] }, { reason: { code: 'cancelled' } }]);
    expect(inner.writes).toEqual([['1']]);
  });

  test.each([
    ['destination', (signal: AbortSignal) => new RecordDestination(new FakeDestination(), signal)],
    ['source', (signal: AbortSignal) => new RecordSource(new DrivenSource(), signal)],
  ])('and a source leave no listener at their signal once they are closed: %s', async (_what, open) => {
    const { signal } = new AbortController();
    for (let opened = 0; opened < 20; opened++) await open(signal).close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('writes what sdk.batch.* gathers together, with the outcomes of each call', async () => {
    const inner = new FakeDestination();
    inner.collecting = { gathering: { maxRecords: 3, maxDelayMs: 3_600_000 } };
    inner.respond = (positions) =>
      positions.map((position) => ({ position: Buffer.from(position), error: position === '2' ? 'too large' : '' }));
    const destination = new RecordDestination(inner);
    const writes = [destination.write(one('1')), destination.write([...one('2'), ...one('3')])];
    expect(await Promise.all(writes)).toEqual([[null], ['too large', null]]);
    expect(inner.writes).toEqual([['1', '2', '3']]);
  });

  test('fails the calls of a write that failed, and goes on with those behind it', async () => {
    const inner = new FakeDestination();
    const destination = new RecordDestination(inner);
    const write = inner.write.bind(inner);
    inner.write = async (records) => {
      await eventually(() => calls.length === 3);
      if (inner.writes.length === 0) {
        inner.writes.push([]);
        throw new ConnectorError('kafka.timeout', 'no answer');
      }
      return write(records);
    };
    const calls: Promise<unknown>[] = [];
    for (const text of ['1', '2', '3']) calls.push(destination.write(one(text)));
    expect(await Promise.allSettled(calls)).toMatchObject([{ reason: { code: 'kafka.timeout' } }, { value: [null] }, { value: [null] }]);
    expect(inner.writes.flat()).toEqual(['2', '3']);
    await destination.close();
  });

  test('refuses further writes while 10,000 wait, and takes them again later', async () => {
    const inner = new FakeDestination();
    const destination = new RecordDestination(inner);
    const open = held(inner);
    const writes = Array.from({ length: 10_001 }, () => destination.write(one('1')));
    await expect(destination.write(one('2'))).rejects.toMatchObject({ code: 'limit.exceeded' });
    open();
    await Promise.all(writes);
    expect(await destination.write(one('3'))).toEqual([null]);
    expect(inner.writes.flat()).toHaveLength(10_002);
  });

  test('writes objects and answers an outcome for each', async () => {
    const inner = new FakeDestination();
    inner.respond = (positions) => positions.map((position, i) => ({ position: Buffer.from(position), error: i === 1 ? 'too large' : '' }));
    const destination = new RecordDestination(inner);
    const records = ['a', 'b', 'c'].map((text) => record({ position: Buffer.from(text), payload: { before: null, after: { id: text } } }));
    expect(await destination.write(records)).toEqual([null, 'too large', null]);
    expect(inner.writes).toEqual([['a', 'b', 'c']]);
    expect(await destination.write([])).toEqual([]);
  });

  test('does one write at a time, in order', async () => {
    const inner = new FakeDestination();
    let open = (): void => {};
    inner.gate = new Promise((resolve) => (open = resolve));
    const destination = new RecordDestination(inner);
    const writes = [
      destination.write([record({ position: Buffer.from('1') })]),
      destination.write([record({ position: Buffer.from('2') })]),
    ];
    await eventually(() => inner.writes.length === 1);
    open();
    await Promise.all(writes);
    expect(inner.writes).toEqual([['1'], ['2']]);
  });

  test.each<[string, OpenCdcRecord, string]>([
    ['a bigint', record({ key: { id: 1n as never } }), 'records[0]: "key.id" is a bigint, which structured data cannot hold'],
    [
      'a date',
      record({ payload: { before: null, after: { at: new Date(0) as never } } }),
      'records[0]: "payload.after.at" is an object of a class, which',
    ],
    ['an unknown operation', record({ operation: 'insert' as never }), 'records[0]: "operation" is "insert"'],
  ])('refuses %s', async (_what, wrong, text) => {
    await expect(new RecordDestination(new FakeDestination()).write([wrong])).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(text) as string,
    });
  });
});
