/**
 * Messages of format 0 and 1 in a broker of today. No client can write them any more, so they are put into the log of a stopped broker, as an upgrade
 * leaves them there.
 */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { whyNoJars } from '../support/broker/java.ts';
import { messageSet, type OldMessage } from '../support/message-set.ts';
import { cli } from '../unit/cli/spawned.ts';
import { createTopic, read, subject, write } from './kafka-client.ts';

const OTHER_PROVIDER = ['address', 'docker'].includes(process.env['KAFKA_PROVIDER'] ?? '');
const whyNot = OTHER_PROVIDER ? 'KAFKA_PROVIDER names a broker whose files are out of reach' : await whyNoJars();

const TIME = 1_500_000_000_000n;
const message = (offset: number, fields: Partial<OldMessage> = {}): OldMessage => ({
  offset: BigInt(offset),
  key: `key ${offset}`,
  value: `value ${offset}`,
  timestamp: TIME + BigInt(offset),
  ...fields,
});
const numbered = (from: number, count: number): OldMessage[] => Array.from({ length: count }, (_, i) => message(from + i));

/** Both formats in all compressions, with null keys and values, and gaps as compaction leaves them. Format 0 comes first, as in a topic that was upgraded twice. */
const SETS: { messages: OldMessage[]; options: Parameters<typeof messageSet>[1] }[] = [
  { messages: numbered(0, 3), options: { magic: 0 } },
  {
    messages: [message(3, { key: null }), message(4, { value: null }), message(5, { key: '', value: '' })],
    options: { magic: 0, codec: 'gzip' },
  },
  { messages: numbered(6, 4), options: { magic: 0, codec: 'snappy-xerial' } },
  { messages: numbered(10, 4), options: { magic: 0, codec: 'lz4' } },
  { messages: [message(14), message(16), message(19, { timestamp: -1n })], options: { magic: 1 } },
  { messages: [message(20), message(23, { key: null, value: null }), message(24)], options: { magic: 1, codec: 'gzip' } },
  { messages: numbered(25, 40), options: { magic: 1, codec: 'snappy' } },
  { messages: numbered(65, 4), options: { magic: 1, codec: 'lz4' } },
  { messages: numbered(69, 2), options: { magic: 1, logAppendTime: TIME } },
  { messages: numbered(71, 3), options: { magic: 1, codec: 'gzip', logAppendTime: TIME } },
];
/** Offset, key, value and timestamp of each. */
const WRITTEN = SETS.flatMap(({ messages, options: { magic, logAppendTime } }) =>
  messages.map(
    ({ offset, key, value, timestamp }) => [Number(offset), key, value, magic === 0 ? -1 : Number(logAppendTime ?? timestamp)] as const,
  ),
);
const NEW = ['new 74', 'new 75'];

describe.skipIf(whyNot !== null)(`messages of format 0 and 1${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, () => {
  const topic = uniqueName('old');
  const damaged = uniqueName('damaged');
  let dataDir: string;
  let broker: Broker;

  const log = (name: string): string => join(dataDir, `${name}-0`, `${'0'.repeat(20)}.log`);

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kafka-data-'));
    broker = await startBroker({ provider: 'jars', config: { 'log.dirs': dataDir } });
    for (const name of [topic, damaged]) await createTopic(broker.servers, name);
    await broker.stop();
    for (const name of [topic, damaged]) {
      await writeFile(log(name), Buffer.concat(SETS.map(({ messages, options }) => messageSet(messages, options))));
      for (const suffix of ['index', 'timeindex']) await rm(log(name).replace(/log$/, suffix), { force: true });
    }
    // Without it the broker recovers its logs: it checks each message, and finds where they end.
    await rm(join(dataDir, '.kafka_cleanshutdown'));
    await broker.start();
    await write(broker.servers, topic, NEW);
  });
  afterAll(async () => {
    await broker?.close();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  const consumer = (name: string, resume?: number) =>
    subject(broker.servers).consumer({
      topics: [name],
      group: uniqueName('group'),
      resume: resume === undefined ? [] : [{ topic: name, partition: 0, nextOffset: BigInt(resume) }],
    });

  test('the broker has them as they were written', async () => {
    const bytes = await readFile(log(topic));
    const old = Buffer.concat(SETS.map(({ messages, options }) => messageSet(messages, options)));
    expect(bytes.subarray(0, old.length).equals(old)).toBe(true);
    expect(bytes.length).toBeGreaterThan(old.length);
  });

  test('are read, with the records of format 2 behind them', async () => {
    const handle = await consumer(topic);
    const records = await read(handle, WRITTEN.length + NEW.length);
    await handle.close();
    expect(records.slice(0, WRITTEN.length).map(({ offset, key, value, timestamp }) => [offset, key, value, timestamp])).toEqual(WRITTEN);
    expect(records.slice(WRITTEN.length).map(({ offset, value }) => [offset, value])).toEqual([
      [74, NEW[0]],
      [75, NEW[1]],
    ]);
  });

  test.each([0, 2, 4, 8, 15, 17, 18, 21, 22, 40, 70, 72, 73, 74])('are read from offset %i on', async (from) => {
    const handle = await consumer(topic, from);
    const expected = [...WRITTEN.map(([offset]) => offset), 74, 75].filter((offset) => offset >= from);
    const records = await read(handle, expected.length);
    await handle.close();
    expect(records.map(({ offset }) => offset)).toEqual(expected);
  });

  test('come out of the source as OpenCDC records', async () => {
    const config = [`servers=${broker.servers}`, `topics=${topic}`, 'readFromBeginning=true', `groupID=${uniqueName('group')}`];
    const run = await cli(['source', '-q', ...config.flatMap((setting) => ['-c', setting])]);
    expect(run).toMatchObject({ code: 0, err: '' });
    const text = (value: string | null): string | null => (value === null ? null : Buffer.from(value, 'base64').toString());
    const lines = run.lines.map((line) => {
      const { position, key, metadata, payload } = JSON.parse(line) as {
        position: string;
        key: string | null;
        metadata: Record<string, string>;
        payload: { after: string | null };
      };
      const { Offset } = JSON.parse(Buffer.from(position, 'base64').toString()) as { Offset: number };
      return [Offset, text(key), text(payload.after), metadata['opencdc.createdAt']];
    });
    expect(lines.slice(0, WRITTEN.length)).toEqual(
      WRITTEN.map(([offset, key, value, timestamp]) => [offset, key, value, timestamp === -1 ? undefined : `${timestamp}000000`]),
    );
    expect(lines).toHaveLength(WRITTEN.length + NEW.length);
  });

  test('that are damaged are named with topic, partition and offset, after what precedes them', async () => {
    const bytes = await readFile(log(damaged));
    const file = await open(log(damaged), 'r+');
    await file.write(Buffer.from('X'), 0, 1, bytes.indexOf('value 16'));
    await file.close();
    const handle = await consumer(damaged);
    const offsets: number[] = [];
    const failure = (async () => {
      for (;;) offsets.push(...(await read(handle, 1, 2_000)).map(({ offset }) => offset));
    })();
    await expect(failure).rejects.toMatchObject({
      code: 'kafka.corrupt',
      message: expect.stringContaining(`partition ${damaged}/0: message of format 1 at offset 16 is damaged: its CRC is`),
    });
    await handle.close();
    expect(offsets).toEqual(WRITTEN.map(([offset]) => offset).filter((offset) => offset < 16));
  });
});
