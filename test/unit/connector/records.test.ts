import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { RecordDestination } from '../../../host/connector/record-destination.ts';
import { RecordSource, type RecordBatch } from '../../../host/connector/record-source.ts';
import type { OpenCdcRecord } from '../../../host/conduit/record.ts';
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
