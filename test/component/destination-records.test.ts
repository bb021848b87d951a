// The records that a destination writes to Kafka, and its acknowledgements.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { acksOf, openDestination, openSource, readBatch, requestOf, write, writeBytes } from '../support/data-path.ts';
import { type Guest, errorOf } from '../support/guest.ts';
import { raw, record, struct, text } from '../support/opencdc-records.ts';
import { encode } from '../support/protocol.ts';
import { fetched, recordWithHeaders } from '../support/record-set.ts';

let guest: Guest;
let rawGuest: Guest;
beforeEach(async () => {
  guest = await openDestination();
  rawGuest = await openDestination({ 'sdk.record.format': 'raw' });
});

describe('key and value', () => {
  test('raw writes exactly the key’s and the payload’s bytes', async () => {
    const { records, outgoing } = await write(rawGuest, [
      record('p', { key: raw(Buffer.from([0, 255])), payload: { before: raw('old'), after: raw(Buffer.from([1, 254])) } }),
    ]);
    expect(records).toMatchObject([
      { topic: 'out', key: Buffer.from([0, 255]), value: Buffer.from([1, 254]), offset: 0n, timestamp: 1_700_000_000_005n, headers: [] },
    ]);
    expect(outgoing[0]).toMatchObject({ topic: 'out', partition: undefined });
  });
  test.each([
    ['a key that is absent', null, null],
    ['a key without a case', {}, null],
    ['an empty key', raw(''), ''],
    ['a structured key', struct({ b: { numberValue: 1 }, a: { stringValue: '<' } }), '{"a":"\\u003c","b":1}'],
  ])('%s is written as %j -> %j', async (_what, key, expected) => {
    for (const g of [guest, rawGuest]) expect(text((await write(g, [record('p', { key })])).records[0]?.key)).toBe(expected);
  });
  test.each([
    ['a delete with data', { operation: 3, payload: { before: raw('b'), after: raw('v') } }, null],
    ['a record without data', { payload: {} }, null],
    ['a record without a payload', { payload: null }, null],
    ['data without a case', { payload: { after: {} } }, null],
    ['empty data', { payload: { after: raw('') } }, ''],
    [
      'structured data',
      {
        payload: { after: struct({ n: { numberValue: 1e-9 }, l: { listValue: { values: [{ nullValue: 0 }, { boolValue: true }] } } }) },
      },
      '{"l":[null,true],"n":1e-09}',
    ],
  ])('raw writes %s as it is: %j -> %j', async (_what, more, expected) => {
    expect(text((await write(rawGuest, [record('p', more)])).records[0]?.value)).toBe(expected);
  });
  test('opencdc/json never writes null', async () => {
    const { records } = await write(guest, [record('p', { operation: 3, payload: null, key: null, metadata: {} })]);
    expect(text(records[0]?.value)).toBe(
      '{"position":"cA==","operation":"delete","metadata":null,"key":null,"payload":{"before":null,"after":null}}',
    );
  });
});

describe('headers', () => {
  const headersOf = async (metadata: Record<string, string>, config = {}) => {
    const g = Object.keys(config).length > 0 ? await openDestination(config) : rawGuest;
    const { records, acks } = await write(g, [record('p', { metadata })]);
    return acks[0]?.error !== ''
      ? acks[0]?.error
      : Object.fromEntries(records[0]!.headers.map(([n, v]) => [n.toString('latin1'), v?.toString('latin1') ?? null]));
  };
  test('are the metadata that begins with kafka.header.', async () => {
    expect(
      await headersOf({
        'kafka.header.a': '1',
        'kafka.header.': 'no name',
        'kafka.headers': 'x',
        'kafka.header': 'x',
        'opencdc.readAt': '5',
        'kafka.headerBase6.x': 'x',
      }),
    ).toEqual({ a: '1', '': 'no name' });
  });
  test('that came as base64 are bytes again', async () => {
    expect(
      await headersOf({ 'kafka.headerBase64.bin': '/wDD', 'kafka.headerNameBase64.wyg=': 'dg==', 'kafka.headerBase64.empty': '' }),
    ).toEqual({ bin: '\xff\0\xc3', '\xc3(': 'v', empty: '' });
  });
  test.each(['/wD', '====', 'a===', '/w=D', 'ż+++', 'AA==AAAA'])('whose base64 is damaged (%s) fail their record', async (value) => {
    expect(await headersOf({ 'kafka.headerBase64.bin': value })).toBe(
      'failed to prepare record: metadata kafka.headerBase64.bin is not base64',
    );
  });
  test('are left out where the setting says so', async () => {
    expect(await headersOf({ 'kafka.header.a': '1', 'kafka.headerBase64.b': 'bad' }, { writeHeaders: 'false' })).toEqual({});
  });
  test('of any bytes go from Kafka to Kafka unchanged', async () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b));
    const source = await openSource();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bytes, bytes), { maxLength: 40 }), async (headers) => {
        const records = recordWithHeaders(headers, Buffer.from('k'), null);
        source.world.fetched.push([
          {
            topic: 'orders',
            partition: 0,
            epoch: 1,
            records: { baseOffset: 0n, baseTimestamp: 0n, count: 1, records, logAppendTime: false },
          },
        ]);
        const batch = await source.source.read({ maxRecords: 10, maxBytes: 1 << 20, maxWaitMs: 0 });
        const { records: written } = await writeBytes(guest, batch!.data);
        const sorted = (list: Iterable<readonly [Buffer, Buffer | null]>) =>
          [...new Map([...list].map(([n, v]) => [n.toString('latin1'), v!.toString('latin1')]))].sort();
        expect(sorted(written[0]!.headers)).toEqual(sorted(headers));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the topic', () => {
  const template = async (topic: string, metadatas: Record<string, string>[]) =>
    write(
      await openDestination({ topic }),
      metadatas.map((metadata, i) => record(`p${i}`, { metadata, key: raw(`k${i}`) })),
    );

  test('is the record’s collection with the default template', async () => {
    const { records } = await write(await openDestination({ topic: '{{ index .Metadata "opencdc.collection" }}' }), [record('p')]);
    expect(records[0]?.topic).toBe('orders');
  });
  test('of a template is made for each record; records are grouped by topic, in order', async () => {
    const { outgoing, records, acks } = await template('x-{{ .Metadata.t }}.{{ index .Metadata "u" }}', [
      { t: 'b', u: '1' },
      { t: 'a', u: '1' },
      { t: 'b', u: '1' },
      { t: 'c', u: '' },
      { t: 'a', u: '1' },
    ]);
    expect(outgoing.map((set) => [set.topic, set.records.count])).toEqual([
      ['x-b.1', 2],
      ['x-a.1', 2],
      ['x-c.', 1],
    ]);
    expect(records.map((r) => text(r.key))).toEqual(['k0', 'k2', 'k1', 'k4', 'k3']);
    expect(acks.map((ack) => [text(ack.position), ack.error])).toEqual(['p0', 'p1', 'p2', 'p3', 'p4'].map((p) => [p, '']));
  });
  test('that a template does not find fails that record only', async () => {
    const { records, acks } = await template('{{ index .Metadata "t" }}', [{ t: 'a' }, { other: 'x' }, { t: 'a' }]);
    expect(records.map((r) => text(r.key))).toEqual(['k0', 'k2']);
    expect(acks.map((ack) => ack.error)).toEqual([
      '',
      'failed to prepare record: could not get topic: topic not found on record k1 using template {{ index .Metadata "t" }}',
      '',
    ]);
  });
  test.each([
    [null, '<no key>'],
    [raw(Buffer.from([0xff])), '<binary key>'],
    [struct({ a: { numberValue: 1 } }), '{"a":1}'],
  ])('that is not found is reported with the key: %j', async (key, shown) => {
    const { acks } = await write(await openDestination({ topic: '{{ .Metadata.t }}' }), [record('p', { key, metadata: {} })]);
    expect(acks[0]?.error).toContain(`topic not found on record ${shown} using template`);
  });
  test.each(['a b', 'ż', 'x'.repeat(250), '.', 'a/b'])('that Kafka cannot have (%s) fails its record without asking Kafka', async (t) => {
    const { outgoing, acks } = await template('{{ .Metadata.t }}', [{ t }, { t: 'good' }]);
    expect(outgoing.map((set) => set.topic)).toEqual(['good']);
    expect(acks[0]?.error).toBe(
      'failed to produce record: INVALID_TOPIC_EXCEPTION: The request attempted to perform an operation on an invalid topic.',
    );
  });
  test('of a thousand records that have a topic each is right for each', async () => {
    const topics = Array.from({ length: 1000 }, (_, i) => `t${i % 500}`);
    const { records, acks } = await template(
      '{{ .Metadata.t }}',
      topics.map((t) => ({ t })),
    );
    expect(acks).toHaveLength(1000);
    for (const r of records) expect(r.topic).toBe(topics[Number(text(r.key)!.slice(1))]);
    expect(records).toHaveLength(1000);
  });
});

describe('record sets', () => {
  test('stay within batchBytes and 950 kB; a record that is larger goes alone', async () => {
    const g = await openDestination({ 'sdk.record.format': 'raw', batchBytes: '10000' });
    const sizes = [3000, 3000, 3000, 3000, 20_000, 10, 10];
    const { outgoing, records } = await write(
      g,
      sizes.map((size, i) => record(`p${i}`, { payload: { after: raw('x'.repeat(size)) } })),
    );
    expect(outgoing.map((set) => set.records.count)).toEqual([3, 1, 1, 2]);
    expect(outgoing.filter((set) => set.records.count > 1).every((set) => set.records.records.length <= 10_000)).toBe(true);
    expect(records.map((r) => r.value?.length)).toEqual(sizes);
    const large = await write(
      rawGuest,
      Array.from({ length: 1200 }, (_, i) => record(`p${i}`, { payload: { after: raw('x'.repeat(1024)) } })),
    );
    expect(Math.max(...large.outgoing.map((set) => set.records.records.length))).toBeLessThan(950_000);
    expect(large.records).toHaveLength(1200);
  });
  test('hold every record that can be, with offsets counted from 0 and minimal lengths', async () => {
    const data = fc.option(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((b) => raw(Buffer.from(b))),
        fc
          .dictionary(fc.string({ maxLength: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }), {
            maxKeys: 4,
            noNullPrototype: true,
          })
          .map((o) => struct(Object.fromEntries(Object.entries(o).map(([k, v]) => [k, { numberValue: v }])))),
      ),
    );
    const one = fc.record({
      key: data,
      payload: fc.record({ before: data, after: data }),
      operation: fc.integer({ min: 0, max: 4 }),
      metadata: fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 200 }), { maxKeys: 5, noNullPrototype: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 200 }), async (input) => {
        const { records, acks, outgoing } = await write(
          rawGuest,
          input.map((r, i) => ({ ...r, position: Buffer.from(`p${i}`) })),
        );
        expect(acks.map((ack) => [text(ack.position), ack.error])).toEqual(input.map((_, i) => [`p${i}`, '']));
        expect(records.map((r) => r.offset)).toEqual(
          outgoing.flatMap((set) => Array.from({ length: set.records.count }, (_, i) => BigInt(i))),
        );
        input.forEach((r, i) => {
          const after = r.operation === 3 ? null : r.payload.after;
          if (after === null || 'raw_data' in after)
            expect(records[i]?.value ?? null).toEqual(after === null ? null : Buffer.from(after.raw_data));
          else
            expect(JSON.parse(text(records[i]!.value)!)).toEqual(
              Object.fromEntries(
                Object.entries(after.structured_data.fields).map(([k, v]) => [k, (v as { numberValue: number }).numberValue]),
              ),
            );
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('acks', () => {
  test('carry the position byte for byte, one for each record, also of equal and empty ones', async () => {
    const positions = [Buffer.from([0, 255]), Buffer.alloc(0), Buffer.from('same'), Buffer.from('same'), Buffer.alloc(300, 7)];
    const { acks } = await write(
      guest,
      positions.map((position) => ({ ...record(''), position })),
    );
    expect(acks.map((ack) => Buffer.from(ack.position))).toEqual(positions);
  });
  test('of records that Kafka refused say why; the others are written', async () => {
    guest.world.failures = [
      { index: 1, reason: { kind: 'rejected', text: 'MESSAGE_TOO_LARGE: żółć' } },
      { index: 3, reason: { kind: 'timeout', text: 'timed out' } },
    ];
    const { acks } = await write(guest, [record('a'), record('b'), record('c'), record('d')]);
    expect(acks.map((ack) => ack.error)).toEqual([
      '',
      'failed to produce record: MESSAGE_TOO_LARGE: żółć',
      '',
      'failed to produce record: timed out',
    ]);
  });
  test('of refused records are right where records of several topics are reordered and some are not sent', async () => {
    const g = await openDestination({ topic: '{{ .Metadata.t }}' });
    const topics = ['a', 'b', '', 'a', 'c', 'b', 'a b', 'c'];
    g.world.failures = (outgoing) => {
      let index = 0;
      return outgoing.flatMap((set) =>
        Array.from({ length: set.records.count }, () => ({ index: index++, reason: { kind: 'rejected' as const, text: set.topic } })).slice(
          -1,
        ),
      );
    };
    const { acks } = await write(
      g,
      topics.map((t, i) => record(`p${i}`, { metadata: { t } })),
    );
    expect(acks.map((ack) => (ack.error === '' ? '' : ack.error.slice(ack.error.indexOf(': ') + 2, ack.error.indexOf(': ') + 17)))).toEqual(
      ['', '', 'could not get t', 'a', '', 'b', 'INVALID_TOPIC_E', 'c'],
    );
  });
  test('are none for no records', async () => {
    const { acks, outgoing } = await writeBytes(guest, Buffer.alloc(0));
    expect([acks, outgoing]).toEqual([[], []]);
  });
  test('are none where nothing is known: the error keeps its kind', async () => {
    guest.world.fail.set('producer.send', { kind: 'unavailable', text: 'no leader' });
    expect(await errorOf(guest.destination.write(requestOf([encode('opencdc.v1.Record', record('p'))])))).toEqual({
      kind: 'unavailable',
      text: 'no leader',
    });
  });
  test('for a failure of a record that was not sent: an error, not a wrong ack', async () => {
    guest.world.failures = [{ index: 5, reason: { kind: 'rejected', text: 'x' } }];
    expect((await errorOf(guest.destination.write(requestOf([encode('opencdc.v1.Record', record('p'))])))).text).toContain('was not given');
  });
});

test('a source’s batch can be given to a destination as it is', async () => {
  const source = await openSource();
  const found = [
    fetched(
      'orders',
      0,
      Array.from({ length: 300 }, (_, i) => ({
        offset: BigInt(i),
        timestamp: BigInt(i),
        key: i % 3 ? `k${i}` : null,
        value: i % 5 ? `v${i}` : null,
        headers: { h: `${i}` },
      })),
    ),
  ];
  source.world.fetched.push(found);
  const batch = await source.source.read({ maxRecords: 1000, maxBytes: 1 << 22, maxWaitMs: 0 });
  const { acks, records } = await writeBytes(rawGuest, batch!.data);
  expect(records.map((r) => [text(r.key), text(r.value), text(r.headers[0]![1])])).toEqual(
    Array.from({ length: 300 }, (_, i) => [i % 3 ? `k${i}` : null, i % 5 ? `v${i}` : null, `${i}`]),
  );
  await source.source.ack(acksOf(acks.map((ack) => Buffer.from(ack.position))));
  await source.source.teardown();
  expect(source.world.last('consumer.commit').offsets).toEqual([{ topic: 'orders', partition: 0, epoch: 1, nextOffset: 300n }]);
  expect(await readBatch(await openSource(), found)).toHaveLength(300);
});

test('a million records leave the guest’s memory as large as the first few did', async () => {
  const request = requestOf(
    Array.from({ length: 5000 }, (_, i) =>
      encode(
        'opencdc.v1.Record',
        record(`p${i}`, {
          metadata: { 'kafka.header.a': `${i}`, 'opencdc.collection': 'x', b: '<' },
          payload: { after: i % 10 ? raw('v'.repeat(60)) : struct({ n: { numberValue: i / 3 }, s: { stringValue: 'é' } }) },
        }),
      ),
    ),
  );
  let settled = 0;
  for (let i = 0; i < 200; i++) {
    await guest.destination.write(request);
    guest.world.calls.length = 0;
    if (i === 10) settled = guest.memoryBytes();
  }
  expect(guest.memoryBytes()).toBe(settled);
}, 120_000);
