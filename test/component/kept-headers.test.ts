// Headers with keepAllHeaders: what a destination writes is what the source read, whatever the bytes are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDestination, openSource, recordsOf, write, writeBytes } from '../support/data-path.ts';
import { record } from '../support/opencdc-records.ts';
import { recordWithHeaders } from '../support/record-set.ts';

type Headers = [Buffer, Buffer | null][];

/** Few names, so that many are repeated; some are not UTF-8, some look like our own keys. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', '', 'ü', 'headerRepeated.0.header.a', 'Repeated.1.x', '0.header.a').map((text) => Buffer.from(text)),
  fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xc3])),
);
const value = fc.oneof(
  fc.constant(null),
  fc.string({ maxLength: 5 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
);
const latin1 = (bytes: Buffer | null): string | null => bytes?.toString('latin1') ?? null;
/** The values of each name, in order. */
function byName(headers: Headers): Record<string, (string | null)[]> {
  const found: Record<string, (string | null)[]> = {};
  for (const [header, content] of headers) (found[latin1(header)!] ??= []).push(latin1(content));
  return found;
}

test('all headers survive: repeated names in their order, binary names and values, null and empty values', async () => {
  const source = await openSource({ keepAllHeaders: 'true' });
  const destination = await openDestination({ 'sdk.record.format': 'raw' });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 40 }), async (headers) => {
      const records = recordWithHeaders(headers, null, Buffer.from('v'));
      const set = { baseOffset: 0n, baseTimestamp: 0n, count: 1, records, logAppendTime: false };
      source.world.fetched.push([{ topic: 'orders', partition: 0, epoch: 1, records: set }]);
      const batch = await source.source.read({ maxRecords: 10, maxBytes: 1 << 20, maxWaitMs: 0 });
      const { records: written, acks } = await writeBytes(destination, batch!.data);
      expect(acks.map(({ error }) => error)).toEqual(['']);
      expect(written[0]!.headers).toHaveLength(headers.length);
      expect(byName(written[0]!.headers)).toEqual(byName(headers));
    }),
    { numRuns: 300 },
  );
});

test('null values have a key of their own', async () => {
  const source = await openSource({ keepAllHeaders: 'true' });
  const records = recordWithHeaders(
    [
      [Buffer.from('a'), null],
      [Buffer.from([0xff]), null],
      [Buffer.from('a'), Buffer.from('1')],
    ],
    null,
    null,
  );
  const set = { baseOffset: 0n, baseTimestamp: 0n, count: 1, records, logAppendTime: false };
  source.world.fetched.push([{ topic: 'orders', partition: 0, epoch: 1, records: set }]);
  const [first] = recordsOf((await source.source.read({ maxRecords: 10, maxBytes: 1 << 20, maxWaitMs: 0 }))!);
  const own = Object.entries(first!.metadata).filter(([key]) => key.startsWith('kafka.'));
  expect(Object.fromEntries(own)).toEqual({
    'kafka.headerRepeated.0.headerNull.a': '',
    'kafka.headerNullNameBase64./w==': '',
    'kafka.header.a': '1',
  });
});

test.each([
  ['kafka.headerRepeated.', {}],
  ['kafka.headerRepeated.1', {}],
  ['kafka.headerRepeated.x.header.a', {}],
  ['kafka.headerRepeated.1.a', {}],
  ['kafka.headerRepeated.1.header.a', { a: 'v' }],
  ['kafka.headerRepeated.99999999999999999999.header.a', { a: 'v' }],
  ['kafka.headerNull.a', { a: null }],
])('the metadata key %s makes the headers %j', async (key, expected) => {
  const destination = await openDestination({ 'sdk.record.format': 'raw' });
  const { records } = await write(destination, [record('p', { metadata: { [key]: 'v' } })]);
  expect(Object.fromEntries(records[0]!.headers.map(([n, v]) => [latin1(n), latin1(v)]))).toEqual(expected);
});

test.each(['kafka.headerRepeated.1.headerBase64.a', 'kafka.headerRepeated.1.headerNameBase64.?', 'kafka.headerNullNameBase64.?'])(
  'the metadata key %s with a text that is not base64 fails the record by name',
  async (key) => {
    const destination = await openDestination();
    const { acks } = await write(destination, [record('p', { metadata: { [key]: '?' } })]);
    expect(acks[0]!.error).toBe(`failed to prepare record: metadata ${key} is not base64`);
  },
);
