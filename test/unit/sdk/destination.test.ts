import avro, { type Schema } from 'avsc';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { destinationStages, type SchemaService } from '../../../host/sdk/index.ts';
import { mayHaveSchema } from '../../../host/conduit/schema-metadata.ts';
import { acksFor, acksIn, batchOf, collectedLog, memorySchemas, raw, recordsIn, structured, type RecordFields } from './support.ts';

const noSchemas = (): SchemaService => {
  throw new Error('the schema service was asked for');
};
const metadata = { 'opencdc.payload.schema.subject': 's', 'opencdc.payload.schema.version': '1' };

/** Longs as bigint, to encode what doubles cannot hold. */
const long = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});
const encode = (schema: object, value: unknown): Buffer => {
  // avsc would take its own long for the object form; logical types are written as what they are made of.
  const plain = JSON.stringify(schema).replace(/\{"type":"long","logicalType":"[a-z-]+"\}/g, '"long"');
  return avro.Type.forSchema(JSON.parse(plain) as Schema, { registry: { long }, wrapUnions: true }).toBuffer(value);
};

async function decoded(
  schema: object,
  value: unknown,
  settings: Record<string, string> = {},
): Promise<ReturnType<typeof recordsIn>[number]> {
  const written: Uint8Array[] = [];
  const stages = destinationStages({ settings, log: () => {}, schemas: () => memorySchemas({ 's:1': schema }) });
  const batch = batchOf({ position: 'p', metadata, payload: { after: raw(encode(schema, value)) } });
  const response = await stages.write!(batch, async (records) => {
    written.push(records);
    return acksFor(records);
  });
  expect(acksIn(response)).toEqual([{ position: 'p', error: '' }]);
  return recordsIn(written[0]!)[0]!;
}

const recordSchema = (...fields: object[]): object => ({ type: 'record', name: 'record', fields });

describe('Avro of a destination', () => {
  test('a batch without schema metadata passes as the same bytes, and nobody asks for the schema service', async () => {
    const batch = batchOf({ position: 'a', payload: { after: raw('x') } }, { position: 'b' });
    const { write } = destinationStages({ settings: {}, log: () => {}, schemas: noSchemas });
    let seen: Uint8Array | null = null;
    await write!(batch, async (records) => acksFor((seen = records)));
    expect(seen).toBe(batch);
  });

  test('a value that only looks like schema metadata changes nothing', async () => {
    const batch = batchOf({ position: 'a', payload: { after: raw('opencdc.payload.schema.subject') } });
    const { write } = destinationStages({ settings: {}, log: () => {}, schemas: noSchemas });
    let seen = new Uint8Array();
    await write!(batch, async (records) => acksFor((seen = Uint8Array.from(records))));
    expect(recordsIn(seen)).toEqual(recordsIn(batch));
  });

  test.each(['opencdc.key.schema.subject', 'opencdc.payload.schema.subject'])('metadata %s is found wherever it stands', (name) => {
    const others = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`kafka.header.${'h'.repeat(i)}`, 'v'.repeat(i * 5)]));
    const large = { position: 'p'.repeat(200), metadata: others, key: raw('k'), payload: { after: raw('v'.repeat(70_000)) } };
    expect(mayHaveSchema(batchOf(large, large))).toBe(false);
    expect(mayHaveSchema(batchOf(large, { ...large, metadata: { ...others, [name]: 's' } }))).toBe(true);
  });

  test('primitive types become what the Go connector prints for them', async () => {
    const schema = recordSchema(
      { name: 'b', type: 'boolean' },
      { name: 'i', type: 'int' },
      { name: 'l', type: 'long' },
      { name: 'f', type: 'float' },
      { name: 'd', type: 'double' },
      { name: 's', type: 'string' },
      { name: 'y', type: 'bytes' },
      { name: 'x', type: { type: 'fixed', name: 'x', size: 2 } },
      { name: 'e', type: { type: 'enum', name: 'e', symbols: ['A', 'B'] } },
      { name: 'n', type: 'null' },
    );
    const value = { b: true, i: -1, l: 42n, f: 0.1, d: 0.1, s: 'é', y: Buffer.from([0, 255]), x: Buffer.from([1, 2]), e: 'B', n: null };
    const { after } = await decoded(schema, value);
    expect(after).toEqual({ b: true, i: -1, l: 42, f: 0.1, d: 0.1, s: 'é', y: 'AP8=', x: [1, 2], e: 'B', n: null });
  });

  test.each([839117901026850433n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n])(
    'the long %s keeps its digits in the field that the component reads',
    async (value) => {
      const written: Uint8Array[] = [];
      const schema = recordSchema({ name: 'l', type: 'long' });
      const { write } = destinationStages({ settings: {}, log: () => {}, schemas: () => memorySchemas({ 's:1': schema }) });
      await write!(batchOf({ metadata, payload: { after: raw(encode(schema, { l: value })) } }), async (records) => {
        written.push(records);
        return acksFor(records);
      });
      // Field 15 of a Value, an int64 as a varint of two's complement.
      const varint: number[] = [0x78];
      for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
        if (rest < 0x80n) {
          varint.push(Number(rest));
          break;
        }
        varint.push(Number(rest & 0x7fn) | 0x80);
      }
      expect(Buffer.from(written[0]!).includes(Buffer.from(varint))).toBe(true);
    },
  );

  test('times, durations and decimals are texts and numbers as Go writes them', async () => {
    const at = (logicalType: string, type: string): object => ({ type, logicalType });
    const schema = recordSchema(
      { name: 'date', type: at('date', 'int') },
      { name: 'ms', type: at('timestamp-millis', 'long') },
      { name: 'us', type: at('timestamp-micros', 'long') },
      { name: 'before1970', type: at('timestamp-micros', 'long') },
      { name: 'farAway', type: at('timestamp-micros', 'long') },
      { name: 'timeMs', type: at('time-millis', 'int') },
      { name: 'timeUs', type: at('time-micros', 'long') },
      { name: 'decimal', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
      { name: 'whole', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
      { name: 'uuid', type: at('uuid', 'string') },
    );
    const value = {
      date: 20_000,
      ms: 1_700_000_000_000n,
      us: 1_700_000_000_123_450n,
      before1970: -1n,
      farAway: 253_402_300_799_999_999n,
      timeMs: 5,
      timeUs: 7n,
      decimal: Buffer.from([0xfe, 0xc6]),
      whole: Buffer.from([0x01, 0x2c]),
      uuid: 'u',
    };
    const { after } = await decoded(schema, value);
    expect(after).toEqual({
      date: '2024-10-04T00:00:00Z',
      ms: '2023-11-14T22:13:20Z',
      us: '2023-11-14T22:13:20.12345Z',
      before1970: '1969-12-31T23:59:59.999999Z',
      farAway: '9999-12-31T23:59:59.999999Z',
      timeMs: 5_000_000,
      timeUs: 7000,
      decimal: '-157/50',
      whole: '3',
      uuid: 'u',
    });
  });

  test('unions of maps, lists and nullable fields lose their wrapping, other unions of fields keep it, as in the Go SDK', async () => {
    const schema = recordSchema(
      { name: 'nullable', type: ['null', 'string'] },
      { name: 'empty', type: ['null', 'string'] },
      { name: 'either', type: ['int', 'string'] },
      { name: 'map', type: { type: 'map', values: ['null', 'int', 'string'] } },
      { name: 'list', type: { type: 'array', items: ['null', 'double', recordSchema({ name: 'inner', type: 'boolean' })] } },
    );
    (schema as { name: string }).name = 'outer';
    const value = {
      nullable: { string: 'x' },
      empty: null,
      either: { int: 3 },
      map: { a: null, b: { int: 1 }, c: { string: 's' } },
      list: [null, { double: 1.5 }, { record: { inner: true } }],
    };
    const { after } = await decoded(schema, value);
    expect(after).toEqual({
      nullable: 'x',
      empty: null,
      either: { int: 3 },
      map: { a: null, b: 1, c: 's' },
      list: [null, 1.5, { inner: true }],
    });
  });

  test('key, before and after are decoded, structured data stays, and all else of the record', async () => {
    const schema = recordSchema({ name: 'id', type: 'int' });
    const service = memorySchemas({ 's:1': schema, 'k:2': schema });
    const record: RecordFields = {
      position: 'p',
      metadata: { ...metadata, 'opencdc.key.schema.subject': 'k', 'opencdc.key.schema.version': '2', other: 'kept' },
      key: raw(encode(schema, { id: 1 })),
      payload: { before: raw(encode(schema, { id: 2 })), after: structured({ ready: true }) },
    };
    const written: Uint8Array[] = [];
    const { write } = destinationStages({ settings: {}, log: () => {}, schemas: () => service });
    for (let i = 0; i < 3; i++) {
      await write!(batchOf(record), async (records) => {
        written.push(records);
        return acksFor(records);
      });
    }
    expect(recordsIn(written[2]!)).toEqual([
      { position: 'p', metadata: record.metadata, key: { id: 1 }, before: { id: 2 }, after: { ready: true } },
    ]);
    expect(service.calls).toEqual(['get k:2', 'get s:1']);
  });

  test('a record that cannot be decoded is refused alone and in its place', async () => {
    const schema = recordSchema({ name: 'id', type: 'int' });
    const good = (position: string): RecordFields => ({ position, metadata, payload: { after: raw(encode(schema, { id: 1 })) } });
    const { log, lines } = collectedLog();
    const writes: number[] = [];
    const { write } = destinationStages({ settings: {}, log, schemas: () => memorySchemas({ 's:1': schema }) });
    const unknown = { ...metadata, 'opencdc.payload.schema.subject': 'unknown' };
    const batch = batchOf(good('a'), { position: 'b', metadata, payload: { after: raw('') } }, good('c'), good('d'), {
      ...good('e'),
      metadata: unknown,
    });
    const response = await write!(batch, async (records) => {
      writes.push(recordsIn(records).length);
      return acksFor(records);
    });
    const acks = acksIn(response);
    expect(acks.map(({ position }) => position)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(acks.map(({ error }) => error !== '')).toEqual([false, true, false, false, true]);
    expect(acks[1]!.error).toMatch(/^failed to decode payload\.after: /);
    expect(acks[4]!.error).toBe('failed to decode payload: failed to get schema for unknown:1: schema subject not found');
    expect(writes).toEqual([1, 2]);
    expect(lines.filter((line) => line.startsWith('error:'))).toHaveLength(2);
  });

  test('nothing is decoded where it is turned off', async () => {
    const schema = recordSchema({ name: 'id', type: 'int' });
    const bytes = encode(schema, { id: 5 });
    const { after } = await decoded(schema, { id: 5 }, { 'sdk.schema.extract.payload.enabled': 'false' });
    expect(after).toEqual(bytes);
  });
});

describe('rate limit of a destination', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a burst goes at once, then records go at the rate, in chunks of the burst', async () => {
    vi.useFakeTimers();
    const { write } = destinationStages({
      settings: { 'sdk.rate.perSecond': '10', 'sdk.rate.burst': '5' },
      log: () => {},
      schemas: noSchemas,
    });
    const start = performance.now();
    const writes: { count: number; at: number }[] = [];
    const batch = batchOf(...Array.from({ length: 12 }, (_, i) => ({ position: String(i) })));
    const done = write!(batch, async (records) => {
      writes.push({ count: recordsIn(records).length, at: Math.round((performance.now() - start) / 100) });
      return acksFor(records);
    });
    await vi.advanceTimersByTimeAsync(2000);
    expect(acksIn(await done).map(({ position }) => position)).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
    // 5 at once, 5 more after 0.5 s, 2 more after another 0.2 s.
    expect(writes).toEqual([
      { count: 5, at: 0 },
      { count: 5, at: 5 },
      { count: 2, at: 7 },
    ]);
  });

  test('without a burst it is the rate of a second, rounded up', async () => {
    const { write } = destinationStages({ settings: { 'sdk.rate.perSecond': '2.5' }, log: () => {}, schemas: noSchemas });
    const counts: number[] = [];
    await write!(batchOf({ position: '1' }, { position: '2' }, { position: '3' }), async (records) => {
      counts.push(recordsIn(records).length);
      return acksFor(records);
    });
    expect(counts).toEqual([3]);
  });

  test('closing ends the wait with the acks of what was written until then', async () => {
    const { write, close, collecting } = destinationStages({
      settings: { 'sdk.rate.perSecond': '0.001', 'sdk.rate.burst': '1' },
      log: () => {},
      schemas: noSchemas,
    });
    expect(collecting).toEqual({ maxWriteRecords: 1 });
    const next = async (records: Uint8Array): Promise<Uint8Array> => acksFor(records);
    const done = write!(batchOf({ position: '1' }, { position: '2' }), next);
    const other = expect(write!(batchOf({ position: '3' }), next)).rejects.toMatchObject({ code: 'cancelled' });
    setTimeout(() => void close!(), 20);
    expect(acksIn(await done)).toEqual([{ position: '1', error: '' }]);
    await other;
  });

  test('nothing stands between stream and connector when nothing is configured or decoded', () => {
    const off = { 'sdk.schema.extract.key.enabled': 'false', 'sdk.schema.extract.payload.enabled': 'false' };
    expect(destinationStages({ settings: off, log: () => {}, schemas: noSchemas }).write).toBeUndefined();
  });

  test('a batch is collected only with a size and a delay, and never without a bound in time', () => {
    const gathering = (settings: Record<string, string>): unknown =>
      destinationStages({ settings, log: () => {}, schemas: noSchemas }).collecting?.gathering;
    expect(gathering({ 'sdk.batch.size': '100', 'sdk.batch.delay': '1m30s' })).toEqual({ maxRecords: 100, maxDelayMs: 90_000 });
    expect(gathering({ 'sdk.batch.size': '100' })).toBeUndefined();
    expect(gathering({ 'sdk.batch.delay': '1s' })).toBeUndefined();
  });
});
