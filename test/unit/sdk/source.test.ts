import avro, { type Schema } from 'avsc';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { sourceStages, type SchemaService } from '../../../host/sdk/index.ts';
import type { Batch } from '../../../host/runtime/contract.ts';
import { batchOf, collectedLog, memorySchemas, raw, recordsIn, structured, type RecordFields } from './support.ts';

const noSchemas = (): SchemaService => {
  throw new Error('the schema service was asked for');
};

function batch(...records: RecordFields[]): Batch {
  return { data: batchOf(...records), count: records.length, lastPosition: Buffer.from(records.at(-1)?.position ?? '') };
}
const numbered = (from: number, count: number): Batch =>
  batch(...Array.from({ length: count }, (_, i) => ({ position: String(from + i) })));

function stage(settings: Record<string, string>, schemas: () => SchemaService = noSchemas) {
  const out: Batch[] = [];
  const failures: ConnectorError[] = [];
  const state = { hasRoom: true, resumed: 0 };
  const { log, lines } = collectedLog();
  const stages = sourceStages({ settings, connectorId: 'p:src', log, schemas });
  const sink = stages.sink!(
    {
      batch: (one) => {
        out.push(one);
        return state.hasRoom;
      },
      failed: (error) => failures.push(error),
    },
    { resume: () => state.resumed++ },
  );
  return { out, failures, state, stages, sink, lines };
}

describe('batches of a source', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('nothing stands between connector and stream without a delay; a size bounds the reads', () => {
    const options = { connectorId: 'c', log: () => {}, schemas: noSchemas };
    expect(sourceStages({ ...options, settings: {} })).toEqual({ credit: undefined });
    expect(sourceStages({ ...options, settings: { 'sdk.batch.size': '250' } })).toEqual({ credit: { maxRecords: 250 } });
  });

  test('a delay of a month is one, though no timer of Node lasts that long', async () => {
    const { out, sink } = stage({ 'sdk.batch.delay': '720h' });
    sink.batch(numbered(0, 1));
    await vi.advanceTimersByTimeAsync(719 * 3_600_000);
    expect(out).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(out).toHaveLength(1);
  });

  test('batches are collected until the size is reached', () => {
    const { out, sink } = stage({ 'sdk.batch.size': '5', 'sdk.batch.delay': '1h' });
    sink.batch(numbered(0, 2));
    sink.batch(numbered(2, 2));
    expect(out).toEqual([]);
    sink.batch(numbered(4, 1));
    expect(out).toHaveLength(1);
    expect(out[0]!.count).toBe(5);
    expect(Buffer.from(out[0]!.lastPosition).toString()).toBe('4');
    expect(recordsIn(out[0]!.data).map(({ position }) => position)).toEqual(['0', '1', '2', '3', '4']);
  });

  test('a batch that does not fit any more goes after what was collected, never over the size', () => {
    const { out, sink } = stage({ 'sdk.batch.size': '5', 'sdk.batch.delay': '1h' });
    sink.batch(numbered(0, 3));
    sink.batch(numbered(3, 4));
    expect(out.map(({ count }) => count)).toEqual([3]);
    sink.batch(numbered(7, 1));
    expect(out.map(({ count }) => count)).toEqual([3, 5]);
  });

  test('the delay counts from the first record, and a half full batch goes then', async () => {
    const { out, sink } = stage({ 'sdk.batch.size': '100', 'sdk.batch.delay': '50ms' });
    sink.batch(numbered(0, 1));
    await vi.advanceTimersByTimeAsync(40);
    sink.batch(numbered(1, 1));
    expect(out).toEqual([]);
    await vi.advanceTimersByTimeAsync(11);
    expect(out.map(({ count }) => count)).toEqual([2]);
  });

  test('flush sends what is held, now; nothing goes after close', async () => {
    const { out, sink, stages } = stage({ 'sdk.batch.delay': '1h' });
    sink.batch(numbered(0, 3));
    await stages.flush!();
    expect(out.map(({ count }) => count)).toEqual([3]);
    sink.batch(numbered(3, 1));
    await stages.close!();
    await stages.flush!();
    await vi.advanceTimersByTimeAsync(4_000_000);
    expect(out).toHaveLength(1);
  });

  test('a full stream stops the connector, and room resumes it', () => {
    const { sink, state, stages } = stage({ 'sdk.batch.size': '1', 'sdk.batch.delay': '1h' });
    state.hasRoom = false;
    expect(sink.batch(numbered(0, 1))).toBe(false);
    expect(state.resumed).toBe(0);
    state.hasRoom = true;
    stages.resume!();
    expect(state.resumed).toBe(1);
    expect(sink.batch(numbered(1, 1))).toBe(true);
  });

  test('a failure goes out after the records that came before it', async () => {
    const { out, failures, sink } = stage({ 'sdk.batch.delay': '1h' });
    sink.batch(numbered(0, 2));
    sink.failed(new ConnectorError('kafka.rejected', 'over'));
    await vi.advanceTimersByTimeAsync(0);
    expect(out.map(({ count }) => count)).toEqual([2]);
    expect(failures.map(({ message }) => message)).toEqual(['over']);
  });
});

describe('schemas of a source', () => {
  const on = { 'sdk.schema.extract.key.enabled': 'true', 'sdk.schema.extract.payload.enabled': 'true' };

  test('raw data passes as it is, with one warning for each part', async () => {
    const { out, sink, stages, lines } = stage(on);
    const record = { position: '0', metadata: { a: 'b' }, key: raw('k'), payload: { after: raw('v') } };
    sink.batch(batch(record));
    sink.batch(batch({ ...record, position: '1' }));
    await stages.flush!();
    expect(out.flatMap(({ data }) => recordsIn(data))).toEqual([
      { position: '0', metadata: { a: 'b' }, key: Buffer.from('k'), before: undefined, after: Buffer.from('v') },
      { position: '1', metadata: { a: 'b' }, key: Buffer.from('k'), before: undefined, after: Buffer.from('v') },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).toMatch(/record key is not structured[^]*record payload is not structured/);
  });

  test('structured data becomes Avro with a schema that is registered and attached', async () => {
    const service = memorySchemas({});
    const { out, sink, stages } = stage({ ...on, 'sdk.schema.extract.payload.subject': 'body' }, () => service);
    const after = { s: 'x', n: 1.5, b: true, none: null, list: [1, 'a', null], map: { k: 'v' }, empty: [] };
    sink.batch(
      batch({
        position: '0',
        metadata: { 'opencdc.collection': 'orders' },
        key: structured({ id: 7 }),
        payload: { before: structured({ ...after, s: 'old' }), after: structured(after) },
      }),
    );
    await stages.flush!();
    const [record] = recordsIn(out[0]!.data);
    expect(record!.metadata).toEqual({
      'opencdc.collection': 'orders',
      'opencdc.key.schema.subject': 'p:src:orders.key',
      'opencdc.key.schema.version': '7',
      'opencdc.payload.schema.subject': 'p:src:orders.body',
      'opencdc.payload.schema.version': '7',
    });
    const texts = service.calls.map((call) => call.slice(call.indexOf('{')));
    expect(JSON.parse(texts[0]!)).toEqual({ name: 'record', type: 'record', fields: [{ name: 'id', type: 'double' }] });
    expect(JSON.parse(texts[1]!)).toEqual({
      name: 'record',
      type: 'record',
      fields: [
        { name: 'b', type: 'boolean' },
        { name: 'empty', type: { type: 'array', items: ['null', 'string'] } },
        { name: 'list', type: { type: 'array', items: ['null', 'double', 'string'] } },
        { name: 'map', type: { type: 'map', values: ['null', 'string'] } },
        { name: 'n', type: 'double' },
        { name: 'none', type: ['string', 'null'] },
        { name: 's', type: 'string' },
      ],
    });
    const type = avro.Type.forSchema(JSON.parse(texts[1]!) as Schema, { wrapUnions: true });
    const decoded = (data: unknown): unknown => JSON.parse(JSON.stringify(type.fromBuffer(data as Buffer)));
    const expected = {
      b: true,
      empty: [],
      list: [{ double: 1 }, { string: 'a' }, null],
      map: { k: { string: 'v' } },
      n: 1.5,
      none: null,
      s: 'x',
    };
    expect(decoded(record!.after)).toEqual(expected);
    expect(decoded(record!.before)).toEqual({ ...expected, s: 'old' });
  });

  test('a name that Avro does not allow fails the source, after the records before it', async () => {
    const { out, failures, sink, stages } = stage(on, () => memorySchemas({}));
    sink.batch(batch({ position: '0', payload: { after: raw('v') } }));
    sink.batch(batch({ position: '1', payload: { after: structured({ 'not a name': 1 }) } }));
    await stages.flush!();
    expect(out).toHaveLength(1);
    expect(failures.map(({ message }) => message).join()).toMatch(/failed to create schema for value: record: invalid/);
  });

  test('the context of the subject can be named or turned off', async () => {
    const subjectWith = async (settings: Record<string, string>): Promise<string> => {
      const service = memorySchemas({});
      const { sink, stages } = stage({ 'sdk.schema.extract.key.enabled': 'true', ...settings }, () => service);
      sink.batch(batch({ position: '0', key: structured({ id: 7 }) }));
      await stages.flush!();
      return service.calls[0]!.split(' ')[1]!;
    };
    expect(await subjectWith({ 'sdk.schema.context.name': 'mine' })).toBe('mine:key');
    expect(await subjectWith({ 'sdk.schema.context.enabled': 'false' })).toBe('key');
  });
});
