// What a destination writes to Kafka, and what it answers.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { acksOf, openDestination, openSource, readBatch, requestOf, write, writeBytes } from '../support/data-path.ts';
import { type Guest, errorOf } from '../support/guest.ts';
import { encode } from '../support/protocol.ts';
import { fetched, recordWithHeaders } from '../support/record-set.ts';

const raw = (value: string | Buffer) => ({ raw_data: Buffer.from(value) });
const struct = (fields: Record<string, object>) => ({ structured_data: { fields } });
const text = (value: Buffer | null | undefined) => value?.toString() ?? null;
const record = (position: string, more: object = {}) => ({
  position: Buffer.from(position),
  operation: 1,
  metadata: { 'opencdc.collection': 'orders' },
  key: raw('k'),
  payload: { after: raw('v') },
  ...more,
});

let guest: Guest;
let rawGuest: Guest;
beforeEach(async () => {
  guest = await openDestination();
  rawGuest = await openDestination({ 'sdk.record.format': 'raw' });
});

describe('key and value', () => {
  test('A-37: raw writes exactly the key’s and the payload’s bytes', async () => {
    const { records, outgoing } = await write(rawGuest, [
      record('p', { key: raw(Buffer.from([0, 255])), payload: { before: raw('old'), after: raw(Buffer.from([1, 254])) } }),
    ]);
    expect(records).toMatchObject([
      { topic: 'out', key: Buffer.from([0, 255]), value: Buffer.from([1, 254]), offset: 0n, timestamp: 1_700_000_000_005n, headers: [] },
    ]);
    expect(outgoing[0]).toMatchObject({ topic: 'out', partition: undefined });
  });
  test.each([
    ['B-20: a key that is absent', null, null],
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
  test('B-16: that a template does not find fails that record only', async () => {
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

describe('a message', () => {
  const field = (number: number, body: Uint8Array) => Buffer.concat([Buffer.from([(number << 3) | 2]), varint(body.length), body]);
  const varint = (n: number): Buffer => (n < 128 ? Buffer.from([n]) : Buffer.concat([Buffer.from([(n & 127) | 128]), varint(n >>> 7)]));

  test('with unknown fields of every kind, everywhere, is read as if they were not there', async () => {
    const unknown = Buffer.concat([
      Buffer.from([0x78, 0x96, 0x01, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7b, 0x08, 0x01, 0x7c]),
      field(15, Buffer.from('xyz')),
    ]);
    const data = Buffer.concat([unknown, field(1, Buffer.from('v')), unknown]);
    const change = Buffer.concat([unknown, field(2, data), unknown]);
    const entry = Buffer.concat([unknown, field(2, Buffer.from('1')), unknown, field(1, Buffer.from('kafka.header.h'))]);
    const body = Buffer.concat([
      unknown,
      field(5, change),
      field(4, data),
      field(3, entry),
      Buffer.from([0x10, 1]),
      field(1, Buffer.from('pos')),
      unknown,
    ]);
    const { records, acks } = await writeBytes(rawGuest, Buffer.concat([unknown, field(1, body), unknown]));
    expect(acks).toMatchObject([{ position: Buffer.from('pos'), error: '' }]);
    expect([text(records[0]?.key), text(records[0]?.value), records[0]?.headers.map(([n, v]) => [text(n), text(v)])]).toEqual([
      'v',
      'v',
      [['h', '1']],
    ]);
  });
  test('whose singular fields come twice is merged, or the last one counts', async () => {
    const half = (fields: Buffer) => field(5, fields);
    const value = (name: string, n: number) =>
      field(2, field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.concat([Buffer.from([0x11]), doubleOf(n)]))])));
    const body = Buffer.concat([
      field(1, Buffer.from('old')),
      field(1, Buffer.from('pos')),
      Buffer.from([0x10, 3, 0x10, 1]),
      half(field(1, field(1, Buffer.from('before')))),
      half(field(2, value('a', 1))),
      half(field(2, value('b', 2))),
      field(4, field(1, Buffer.from('x'))),
      field(4, field(1, Buffer.from('y'))),
    ]);
    const { records, acks } = await writeBytes(guest, requestOf([body]));
    expect(text(acks[0]!.position)).toBe('pos');
    expect(text(records[0]!.key)).toBe('y');
    expect(text(records[0]!.value)).toBe(
      '{"position":"cG9z","operation":"create","metadata":null,"key":"eQ==","payload":{"before":"YmVmb3Jl","after":{"a":1,"b":2}}}',
    );
  });
  const doubleOf = (n: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(n);
    return bytes;
  };
  test('whose metadata has a key twice: the last one counts', async () => {
    const entry = (v: string) => field(3, Buffer.concat([field(1, Buffer.from('kafka.header.k')), field(2, Buffer.from(v))]));
    const { records } = await writeBytes(
      guest,
      requestOf([Buffer.concat([entry('1'), field(3, Buffer.from([0x0a, 1, 0x61])), entry('2'), entry('3')])]),
    );
    expect(text(records[0]!.value)).toContain('"metadata":{"a":"","kafka.header.k":"3"}');
    expect(records[0]!.headers.map(([n, v]) => [text(n), text(v)])).toEqual([['k', '3']]);
  });
  test('that is malformed is an error and writes nothing', async () => {
    const good = encode('opencdc.v1.Record', record('p'));
    for (const bad of [
      Buffer.concat([requestOf([good]), Buffer.from([0x0a, 5])]),
      requestOf([good, Buffer.from([0x0a, 200])]),
      requestOf([good, Buffer.from([0x1a, 2, 0x0a, 9])]),
      requestOf([good, Buffer.from([0x2a, 3, 0x12, 1, 0x0a])]),
      Buffer.from([0x07]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ]) {
      expect(await errorOf(guest.destination.write(bad))).toEqual({
        kind: 'rejected',
        text: 'the request is not a connector.v2.Destination.Run.Request',
      });
    }
    expect(guest.world.of('producer.send')).toHaveLength(0);
  });
  test('of any bytes, and any good one with bytes changed, is answered and never traps', async () => {
    const good = requestOf([
      encode(
        'opencdc.v1.Record',
        record('pos', {
          key: struct({
            a: {
              listValue: {
                values: [{ numberValue: 1.5 }, { stringValue: 'x' }, { structValue: { fields: { z: { boolValue: true } } } }],
              },
            },
          }),
        }),
      ),
      encode(
        'opencdc.v1.Record',
        record('pos2', {
          metadata: { 'kafka.header.a': 'x', 'kafka.headerBase64.b': 'AAAA', é: '\u2028' },
          payload: { before: raw('b'), after: struct({ n: { nullValue: 0 } }) },
        }),
      ),
    ]);
    const changed = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
      const bytes = Buffer.from(good);
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
    const cut = fc.tuple(fc.nat(good.length), fc.nat(good.length)).map(([a, b]) => Buffer.concat([good.subarray(0, a), good.subarray(b)]));
    for (const g of [guest, rawGuest]) {
      await fc.assert(
        fc.asyncProperty(fc.oneof(changed, cut, fc.uint8Array({ maxLength: 100 })), async (bytes) => {
          try {
            await writeBytes(g, bytes);
          } catch (error) {
            expect(error).toHaveProperty('payload.kind', 'rejected');
          }
        }),
        { numRuns: 1000 },
      );
      expect((await write(g, [record('after')])).acks).toMatchObject([{ error: '' }]);
    }
  });
  test('with data that is nested too deeply fails that record, without a trap', async () => {
    const one = (value: Buffer) => field(1, Buffer.concat([field(1, Buffer.from('a')), field(2, value)]));
    // By hand: protobufjs refuses to write what is nested like this.
    const nested = (levels: number): Buffer => {
      let value = Buffer.from([0x20, 1]);
      for (let i = 0; i < levels; i++) value = i % 2 ? field(5, one(value)) : field(6, field(1, value));
      return field(2, one(value));
    };
    const after = (levels: number) => Buffer.concat([field(1, Buffer.from('p')), field(5, field(2, nested(levels)))]);
    const key = (levels: number) => Buffer.concat([field(4, nested(levels)), field(5, field(2, field(1, Buffer.from('v'))))]);
    const refused = 'failed to prepare record: structured data is nested deeper than 500 levels';
    for (const g of [guest, rawGuest]) {
      const { acks, records } = await writeBytes(g, requestOf([after(450), after(600), key(600), key(2000), key(1)]));
      expect(acks.map((ack) => ack.error)).toEqual(['', refused, refused, refused, '']);
      expect(records).toHaveLength(2);
    }
  });
  test('with a record too large for the guest’s memory fails that record, and its neighbours are written', async () => {
    const { acks, records } = await write(guest, [
      record('a'),
      record('b', { payload: { after: raw(Buffer.alloc(50_000_000)) } }),
      record('c'),
    ]);
    expect(acks.map((ack) => ack.error)).toEqual([
      '',
      'failed to produce record: MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.',
      '',
    ]);
    expect(records).toHaveLength(2);
  });
  test('that is large, with small and large records of several topics, is sent in parts, in order', async () => {
    const g = await openDestination({ topic: '{{ .Metadata.t }}' });
    const sizes = Array.from({ length: 60 }, (_, i) => (i === 30 ? 20 << 20 : i % 2 ? 300_000 : 10));
    g.world.failures = (outgoing) => (outgoing[0]!.topic === 'b' ? [{ index: 0, reason: { kind: 'rejected', text: 'x' } }] : []);
    const { acks, records } = await write(
      g,
      sizes.map((size, i) =>
        record(`p${i}`, { key: raw(`${i}`), metadata: { t: i % 5 ? 'a' : 'b' }, payload: { after: raw(Buffer.alloc(size, i)) } }),
      ),
    );
    expect(g.world.of('producer.send').length).toBeGreaterThan(2);
    for (const topic of ['a', 'b']) {
      expect(records.filter((r) => r.topic === topic).map((r) => Number(text(r.key)))).toEqual(
        sizes.map((_, i) => i).filter((i) => (i % 5 === 0) === (topic === 'b')),
      );
    }
    expect(records.every((r) => r.value!.includes(Buffer.alloc(sizes[Number(text(r.key))]!, Number(text(r.key))).toString('base64')))).toBe(
      true,
    );
    expect(acks.filter((ack) => ack.error !== '').length).toBe(
      g.world.of('producer.send').filter((call) => call.outgoing[0]!.topic === 'b').length,
    );
    expect(g.memoryBytes()).toBeLessThan(96 << 20);
  });
  test('too large for the guest’s memory is an error, and the next one is written', async () => {
    const large = encode('opencdc.v1.Record', record('a', { payload: { after: raw(Buffer.alloc(1 << 20)) } }));
    const error = await errorOf(guest.destination.write(requestOf(Array.from({ length: 65 }, () => large))));
    expect(error.kind).toBe('limit-exceeded');
    expect((await write(guest, [record('b')])).acks).toMatchObject([{ error: '' }]);
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
  expect(source.world.last('consumer.commit').offsets).toEqual([{ topic: 'orders', partition: 0, nextOffset: 300n }]);
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
