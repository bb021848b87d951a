// JSON of records as Conduit's own Go code writes it. The vectors in test/support/vectors are outputs of conduit-commons v0.6.0 with
// goccy/go-json v0.10.6, for records that went through Go's protobuf; every byte counts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDestination, requestOf, writeBytes } from '../support/data-path.ts';
import type { Guest } from '../support/guest.ts';

interface Vector {
  name: string;
  record: string;
  json: string;
}
const load = <T>(name: string): T => JSON.parse(readFileSync(path.join(import.meta.dirname, '../support/vectors', name), 'utf8')) as T;
const vectors = load<Vector[]>('opencdc-json.json');

describe('opencdc/json', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await openDestination();
  });

  test.each(vectors)('has the bytes that Go writes: $name', async ({ record, json }) => {
    const { records, acks } = await writeBytes(guest, requestOf([Buffer.from(record, 'base64')]));
    expect(acks.map((ack) => ack.error)).toEqual(['']);
    expect(records[0]?.value?.toString()).toBe(json);
  });

  test('has the same bytes for many records in one request', async () => {
    const { records } = await writeBytes(guest, requestOf(vectors.map((vector) => Buffer.from(vector.record, 'base64'))));
    expect(records.map((record) => record.value?.toString())).toEqual(vectors.map((vector) => vector.json));
  });

  test('replaces bytes that are not UTF-8 as Go does', async () => {
    const cases = load<{ In: string; Out: string }[]>('invalid-utf8.json');
    for (const { In, Out } of cases) {
      const value = Buffer.from(In, 'base64');
      const entry = Buffer.concat([Buffer.from([0x0a, 1, 0x6b, 0x12, value.length]), value]);
      const record = Buffer.concat([Buffer.from([0x1a, entry.length]), entry]);
      const { records } = await writeBytes(guest, requestOf([record]));
      expect(records[0]?.value?.toString()).toContain(`"metadata":{"k":${Out}}`);
    }
  });
});
