// debezium/json against what Conduit's connector SDK writes: test/support/vectors/debezium.json, which tools/go-vectors makes. Go writes the fields of a
// schema in random order; the vectors have them sorted.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDestination, requestOf, write, writeBytes } from '../support/data-path.ts';
import { goValue, protoStruct } from '../support/go-json.ts';

interface Case {
  options: string;
  record: number;
  key: string;
  value: string;
}
const { records, cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../support/vectors/debezium.json'), 'utf8')) as {
  records: string[];
  cases: Case[];
};

const open = (options = '') => openDestination({ 'sdk.record.format': 'debezium/json', 'sdk.record.format.options': options });

describe('debezium/json', () => {
  test.each(cases)('has the bytes that Go writes: record $record with options $options', async ({ options, record, key, value }) => {
    const written = await writeBytes(await open(options), requestOf([Buffer.from(records[record]!, 'base64')]));
    expect(written.acks.map((ack) => ack.error)).toEqual(['']);
    expect(written.records[0]!.value!.toString()).toBe(value);
    expect(written.records[0]!.key!.toString()).toBe(key);
  });

  test('has the same bytes for many records in one write', async () => {
    const written = await writeBytes(await open(), requestOf(records.map((r) => Buffer.from(r, 'base64'))));
    const expected = cases.filter((c) => c.options === '');
    expect(written.records.map((r) => [r.key?.toString(), r.value?.toString()])).toEqual(expected.map((c) => [c.key, c.value]));
  });

  test('raw data that is a JSON object is written like structured data', async () => {
    const guest = await open();
    const json = fc.dictionary(
      fc.string(),
      fc.oneof(
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(fc.string(), { maxLength: 3 }),
      ),
      { maxKeys: 6, noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(json, async (object) => {
        const text = JSON.stringify(object);
        const parsed = JSON.parse(text) as typeof object;
        const { records: written } = await write(guest, [
          { payload: { after: { raw_data: Buffer.from(text) } } },
          { payload: { after: { structured_data: protoStruct(parsed) } } },
        ]);
        expect(written[0]!.value!.toString()).toBe(written[1]!.value!.toString());
        expect(written[0]!.value!.toString()).toContain(`"after":${goValue(parsed)},`);
      }),
      { numRuns: 300 },
    );
  });
});
