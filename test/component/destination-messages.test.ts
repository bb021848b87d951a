// Requests to a destination in unusual bytes: other encodings of a good request, damaged requests, and very large ones.
import { MAX_STRUCT_DEPTH } from '../../host/conduit/struct-depth.ts';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDestination, requestOf, write, writeBytes } from '../support/data-path.ts';
import { type Guest, errorOf } from '../support/guest.ts';
import { raw, record, struct, text } from '../support/opencdc-records.ts';
import { encode } from '../support/protocol.ts';

let guest: Guest;
let rawGuest: Guest;
let debeziumGuest: Guest;
let templateGuest: Guest;
beforeEach(async () => {
  guest = await openDestination();
  rawGuest = await openDestination({ 'sdk.record.format': 'raw' });
  debeziumGuest = await openDestination({ 'sdk.record.format': 'debezium/json' });
  templateGuest = await openDestination({
    topic: '{{ .Operation | toString | lower | replace "(" "" | replace ")" "" }}-{{ len .Metadata }}',
    'sdk.record.format': 'template',
    'sdk.record.format.options': '{{ toJson . }}{{ range $k, $v := .Metadata }}{{ $k | upper }}{{ end }}{{ .Key }}',
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
    for (const g of [guest, rawGuest, debeziumGuest, templateGuest]) {
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
    // The same limit as that of all ways into structured data in the host.
    const deepest = MAX_STRUCT_DEPTH;
    const refused = `failed to prepare record: structured data is nested deeper than ${deepest} levels`;
    for (const g of [guest, rawGuest, debeziumGuest]) {
      const { acks, records } = await writeBytes(g, requestOf([after(deepest), after(deepest + 1), key(deepest + 1), key(2000), key(1)]));
      expect(acks.map((ack) => ack.error)).toEqual(['', refused, refused, refused, '']);
      expect(records).toHaveLength(2);
    }
  });
  test('with a record too large for the guest’s memory fails that record, and its neighbours are written', async () => {
    const { acks, records } = await write(guest, [
      record('a'),
      record('b', { payload: { after: raw(Buffer.alloc(120_000_000)) } }),
      record('c'),
    ]);
    expect(acks.map((ack) => ack.error)).toEqual([
      '',
      expect.stringMatching(
        /^failed to produce record: MESSAGE_TOO_LARGE: the record with key .* can take 16\d{7} bytes, the memory of the connector has room for 1\d{8}$/,
      ),
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
    // Half of the 256 MiB that the memory may take, because AssemblyScript's allocator grows by doubling.
    expect(g.memoryBytes()).toBeLessThan(128 << 20);
  });
  test('too large for the guest’s memory is an error, and the next one is written', async () => {
    const large = encode('opencdc.v1.Record', record('a', { payload: { after: raw(Buffer.alloc(1 << 20)) } }));
    const error = await errorOf(guest.destination.write(requestOf(Array.from({ length: 171 }, () => large))));
    expect(error.kind).toBe('limit-exceeded');
    expect((await write(guest, [record('b')])).acks).toMatchObject([{ error: '' }]);
  });
});
