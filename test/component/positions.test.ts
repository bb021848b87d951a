// Positions: every form that the official connector ever wrote is read, its newest form is written.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSource, readBatch } from '../support/data-path.ts';
import { FakeWorld, type Guest, errorOf, problemsOf, startGuest } from '../support/guest.ts';
import { fetched } from '../support/record-set.ts';

const shared = new FakeWorld();
let source: Guest | null = null;
/** Opens one source again and again: its consumer's options, or its error. */
async function opened(position: Uint8Array | string | undefined, config: Record<string, string> = {}) {
  source ??= await startGuest(shared);
  await source.source.teardown();
  shared.logs.length = 0;
  expect(await problemsOf(source, 'source', { servers: 'localhost:9092', topics: 'orders,billing', ...config })).toEqual([]);
  await source.source.open(typeof position === 'string' ? Buffer.from(position) : position);
  return shared.last('consumer.open').options;
}
const refused = async (position: Uint8Array | string, config: Record<string, string> = {}) => errorOf(opened(position, config));
const resumed = (topic: string, partition: number, nextOffset: bigint) => [{ topic, partition, nextOffset }];

describe('a position is read', () => {
  test('as v0.12.5 writes it: its group, and the offset behind it', async () => {
    const options = await opened('{"GroupID":"g1","Topic":"orders","Partition":3,"Offset":41}');
    expect(options).toMatchObject({ group: 'g1', resume: resumed('orders', 3, 42n) });
  });
  test('as v0.1.1 to v0.6 wrote it, in lower case', async () => {
    const options = await opened('{"groupID":"g1","topic":"orders","partition":3,"offset":41}');
    expect(options).toMatchObject({ group: 'g1', resume: resumed('orders', 3, 42n) });
  });
  test('as the first release wrote it: the bare group id', async () => {
    const uuid = 'b5d7d3a0-6a5c-4b8e-9f0e-2f6f3d1c7a11';
    expect(await opened(uuid)).toMatchObject({ group: uuid, resume: [] });
    expect(await opened('  orders.group_1\n')).toMatchObject({ group: 'orders.group_1', resume: [] });
  });
  test.each([
    '{"Offset":9,"Partition":1,"Topic":"orders","GroupID":"g"}',
    ' {\n"GROUPID" : "g", "tOpIc":"orders","PARTITION":1 , "offset":9 }\n',
    '{"GroupID":"x","GroupID":"g","Topic":"orders","Partition":1,"Offset":9,"Other":[1,{"a":null},"]"],"n":-1.5e3}',
  ])('with its keys in any order and case, and unknown ones between: %s', async (position) => {
    expect(await opened(position)).toMatchObject({ group: 'g', resume: resumed('orders', 1, 10n) });
  });
  test('with every escape of JSON in it', async () => {
    const position = '{"GroupID":"\\u00e9\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00\\u003c","Topic":"orders","Partition":0,"Offset":0}';
    expect(await opened(position)).toMatchObject({ group: 'é"\\/\b\f\n\r\t😀<', resume: resumed('orders', 0, 1n) });
  });
  test('with half a surrogate pair, which becomes U+FFFD as in Go', async () => {
    expect((await opened('{"GroupID":"\\ud800x\\ude00\\ud83d\\ude00"}')).group).toBe('\ufffdx\ufffd😀');
  });
  test('with offsets beyond what a double holds', async () => {
    expect((await opened('{"GroupID":"g","Topic":"orders","Partition":0,"Offset":9223372036854775806}')).resume).toEqual(
      resumed('orders', 0, 9_223_372_036_854_775_807n),
    );
  });
  test('whose topic is not read any more: the group counts, the offset does not', async () => {
    expect(await opened('{"GroupID":"g","Topic":"old","Partition":0,"Offset":5}')).toMatchObject({ group: 'g', resume: [] });
  });
  test.each([undefined, '', 'null', ' \n', ' null '])('that is none (%j): the configured group is used', async (position) => {
    expect(await opened(position, { groupID: 'configured' })).toMatchObject({ group: 'configured', resume: [] });
  });
});

describe('the consumer group', () => {
  test('without a position and a setting is a new UUID, and the log says so', async () => {
    const { group } = await opened(undefined);
    expect(group).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(shared.logs).toContainEqual({ level: 'info', message: 'assigning source to new consumer group', fields: [['groupID', group]] });
  });
  test('is new also for a position without one', async () => {
    expect((await opened('{}')).group).toMatch(/^[0-9a-f-]{36}$/);
  });
  test('of the position and of the setting may be the same', async () => {
    expect((await opened('{"GroupID":"g","Topic":"orders","Partition":0,"Offset":1}', { groupID: 'g' })).group).toBe('g');
  });
  test.each([
    ['{"GroupID":"old","Topic":"orders","Partition":0,"Offset":1}', 'old'],
    ['old', 'old'],
    ['{}', ''],
  ])('of the position %j and another one of the setting are refused', async (position, old) => {
    expect(await refused(position, { groupID: 'gx' })).toEqual({
      kind: 'invalid-position',
      text: `the old position contains a different consumer group ID than the connector configuration ("${old}" vs "gx"), please check if the configured group ID changed since the last run`,
    });
  });
});

describe('junk is no position', () => {
  test.each([
    ['{"GroupID":"g"', 'expected , or } at character 15'],
    ['{', 'expected a string at character 2'],
    ['{"GroupID":g}', 'expected a string at character 12'],
    ['{"GroupID":"g"} x', 'text after the object at character 17'],
    ['{"GroupID" "g"}', 'expected : after a key at character 12'],
    ['{"GroupID":"g\n"}', 'a control character in a string at character 14'],
    ['{"GroupID":"g', 'it ends within a string at character 14'],
    ['{"GroupID":"\\q"}', 'a bad escape at character 15'],
    ['{"GroupID":"\\u12"}', 'a bad \\u escape'],
    ['{"GroupID":1}', 'expected a string at character 12'],
    ['{"GroupID":"g","Topic":"orders","Partition":1.5,"Offset":1}', 'expected a whole number as partition'],
    ['{"GroupID":"g","Topic":"orders","Partition":2147483648,"Offset":1}', 'the partition is too large'],
    ['{"GroupID":"g","Topic":"orders","Partition":1,"Offset":9223372036854775808}', 'expected a whole number as offset'],
    ['{"GroupID":"g","Topic":"orders","Partition":1,"Offset":"1"}', 'expected a value'],
    ['{"GroupID":"g","Topic":"orders","Partition":1,"Offset":01}', 'a number starts with 0'],
    ['{"a":tru}', 'expected a value'],
    [`{"a":${'['.repeat(200)}`, 'it is nested too deeply'],
  ])('%s', async (position, why) => {
    const error = await refused(position);
    expect(error.kind).toBe('invalid-position');
    expect(error.text).toContain('invalid position: ');
    expect(error.text).toContain(why);
  });
  test('without an offset behind it', async () => {
    expect((await refused('{"GroupID":"g","Topic":"orders","Partition":1,"Offset":9223372036854775807}')).text).toContain(
      'no offset follows',
    );
  });
  test.each(['hi mom', '[1]', '"g"', 'a/b', 'g'.repeat(250), 'żółć'])('that no connector wrote as a group id: %s', async (position) => {
    const error = await refused(position);
    expect(error.kind).toBe('invalid-position');
    expect(error.text).toContain('expected {"GroupID":...,"Topic":...,"Partition":...,"Offset":...} or a consumer group id, got "');
  });
  test('that is not text', async () => {
    expect(await refused(Buffer.from([0xff, 0xfe]))).toEqual({ kind: 'invalid-position', text: 'invalid position: it is not UTF-8 text' });
  });
  test('of any bytes: an answer, never a trap', async () => {
    const parts = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'null', '1', '-', '.', 'e', 'GroupID', 'offset', '\\u00', ' ');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.array(parts, { maxLength: 30 }).map((p) => Buffer.from(p.join(''))),
        ),
        async (bytes) => {
          try {
            await opened(bytes);
          } catch (error) {
            expect(error).toHaveProperty('payload.kind', 'invalid-position');
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a position is written', () => {
  interface Vector {
    Group: string;
    Topic: string;
    Partition: number;
    Offset: string;
    JSON: string;
  }
  const vectors = JSON.parse(readFileSync(path.join(import.meta.dirname, '../support/vectors/positions.json'), 'utf8')) as Vector[];

  test('with the bytes that Go writes, for any group', async () => {
    for (const { Group, Topic, Partition, Offset, JSON: expected } of vectors) {
      if (Group === '') continue; // a new group would be made
      const guest = await reopened(Group, Topic);
      const [record] = await readBatch(guest, [fetched(Topic, Partition, [{ offset: BigInt(Offset) }])]);
      expect(record!.position.toString()).toBe(expected);
    }
  }, 60_000);

  test('so that it is read again, whatever group, topic, partition and offset it has', async () => {
    const group = fc.string({
      unit: fc.oneof(fc.constantFrom('"', '\\', '<', '\u2028', '\u0001', 'é', '😀'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        group,
        fc.constantFrom('orders', 'a.b_c-d'),
        fc.nat(2 ** 31 - 1),
        fc.bigInt({ min: 0n, max: (1n << 63n) - 2n }),
        async (g, topic, partition, offset) => {
          const guest = await reopened(g, topic);
          const [record] = await readBatch(guest, [fetched(topic, partition, [{ offset }])]);
          expect(JSON.parse(record!.position.toString())).toMatchObject({ GroupID: g, Topic: topic, Partition: partition });
          const options = await opened(record!.position, { topics: topic });
          expect(options).toMatchObject({ group: g, resume: resumed(topic, partition, offset + 1n) });
        },
      ),
      { numRuns: 150 },
    );
  });

  let writer: Guest | null = null;
  /** A position's own group needs no setting, and may have blanks that a setting would lose. */
  const reopened = async (group: string, topic: string): Promise<Guest> => {
    writer ??= await openSource();
    await writer.source.teardown();
    expect(await problemsOf(writer, 'source', { servers: 'localhost:9092', topics: topic })).toEqual([]);
    await writer.source.open(Buffer.from(JSON.stringify({ GroupID: group })));
    return writer;
  };
});
