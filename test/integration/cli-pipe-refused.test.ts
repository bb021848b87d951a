import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { FakeRegistry } from '../support/schema-registry.ts';
import { Topics } from '../support/topics.ts';
import { cli, type Finished } from '../unit/cli/spawned.ts';

const { servers } = sharedBroker();
const topics = new Topics(servers);
const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer();
const LARGE = randomBytes(50_000);
const KEY = Buffer.from([0, 255, 128]);

interface Message {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

async function messages(topic: string): Promise<Message[]> {
  const consumer = kafka.consumer({ groupId: uniqueName('read') });
  const [found, wanted] = [[] as Message[], await topics.count(topic)];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((done) => {
    void consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        found.push({ key, value, headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])) });
        if (found.length >= wanted) done();
      },
    });
  });
  await consumer.disconnect();
  return found;
}

/** Five records; the third one is large, and has a key that is no text, and a header. */
describe('pipe, where the destination refuses a record', () => {
  let [input, copy, group] = ['', '', ''];
  beforeAll(() => producer.connect());
  afterAll(() => producer.disconnect());
  beforeEach(async () => {
    [input, copy, group] = [uniqueName('refused'), uniqueName('refused-copy'), uniqueName('group')];
    await topics.create(input);
    await topics.create(copy, 1, { 'max.message.bytes': '20000' });
    await producer.send({
      topic: input,
      messages: [{ value: '0' }, { value: '1' }, { key: KEY, value: LARGE, headers: { shop: 'web' } }, { value: '3' }, { value: '4' }],
    });
  });

  /** The settings of the destination; what `own` sets replaces the usual. */
  function written(own: string[]): string[] {
    const usual = [`servers=${servers}`, `topic=${copy}`, 'sdk.record.format=raw'];
    const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('='));
    return [...usual.filter((pair) => !own.some((given) => nameOf(given) === nameOf(pair))), ...own];
  }

  function pipe(options: string[], destination: string[] = []): Promise<Finished> {
    const from = ['--source', `servers=${servers}`, `topics=${input}`, 'readFromBeginning=true', `groupID=${group}`];
    return cli(['pipe', ...options, ...from, '--destination', ...written(destination)]);
  }
  const values = async (topic: string): Promise<string[]> => (await messages(topic)).map(({ value }) => String(value));

  it('ends there, and names the size of the record and the limit', async () => {
    const run = await pipe([]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(
      new RegExp(
        `^kafka\\.rejected: the record at .*"Offset":2\\}: .*MESSAGE_TOO_LARGE: .*50\\d\\d\\d bytes.*max\\.message\\.bytes of topic "${copy}"`,
        'm',
      ),
    );
    expect(await topics.committed(group, input)).toBe(2);
  });

  it('leaves it out with --on-error skip, tells of it, and goes on', async () => {
    const run = await pipe(['--on-error', 'skip']);
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/^warn: the record at \{.*"Offset":2\} is skipped: .*MESSAGE_TOO_LARGE/m);
    expect(run.err).toMatch(/^moved 4 records in [\d.]+ s, skipped 1 that was refused$/m);
    expect(await values(copy)).toEqual(['0', '1', '3', '4']);
    expect(await topics.committed(group, input)).toBe(5);
  });

  it('writes it to a dead-letter topic with its own bytes, and where it comes from in the headers', async () => {
    const dead = uniqueName('dead');
    await topics.create(dead);
    const run = await pipe(['--json', '--on-error', dead]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      ok: true,
      result: { records: 4, refused: 1 },
      summary: expect.stringContaining(`wrote 1 that was refused to topic "${dead}"`),
    });
    const [letter, ...more] = await messages(dead);
    expect(more).toEqual([]);
    expect([letter!.key, letter!.value]).toEqual([KEY, LARGE]);
    expect(letter!.headers).toEqual({
      shop: 'web',
      'dead-letter.topic': input,
      'dead-letter.partition': '0',
      'dead-letter.offset': '2',
      'dead-letter.error': expect.stringMatching(/MESSAGE_TOO_LARGE/),
    });
    expect(await values(copy)).toEqual(['0', '1', '3', '4']);
    expect(await topics.committed(group, input)).toBe(5);
  });

  it('writes a record that is over batchBytes to a dead-letter topic, whose own limit is the topic alone', async () => {
    const dead = uniqueName('dead');
    await topics.create(dead);
    const run = await pipe(['--on-error', dead], ['batchBytes=30000']);
    expect(run).toMatchObject({ code: 0 });
    expect(run.err).toContain('batchBytes is 30000: raise batchBytes');
    expect((await messages(dead)).map(({ value }) => value)).toEqual([LARGE]);
  });

  it('writes dead letters to any partition, without the forms and topics of the destination', async () => {
    const dead = uniqueName('dead');
    const wide = uniqueName('refused-wide');
    await topics.create(dead);
    await topics.create(wide, 3, { 'max.message.bytes': '20000' });
    const run = await pipe(['--on-error', dead], [`topic=${wide}`, 'partition=2', 'messageTimestamp=createdAt']);
    expect(run).toMatchObject({ code: 0 });
    expect((await messages(dead)).map(({ value }) => value)).toEqual([LARGE]);
  });

  it.each([
    ['does not fit its schema', ['valueFormat=avro'], /the value cannot be encoded: it does not fit schema 1: /],
    ['fails the template of its value', ['sdk.record.format=template', `sdk.record.format.options={{ fail "no" }}`], /template/],
    ['fails the template of its topic', ['topic=other.{{ fail "no" }}'], /failed to execute topic template/],
  ])('writes a record that %s to the dead-letter topic, or skips it', async (_what, own, reason) => {
    const registry = new FakeRegistry();
    onTestFinished(() => registry.stop());
    registry.add(`${copy}-value`, 1, { schema: '{"type":"record","name":"a","fields":[]}' });
    const settings = own[0] === 'valueFormat=avro' ? [...own, `schemaRegistry.url=${await registry.start()}`] : own;
    const odd = uniqueName('refused-odd');
    await topics.create(odd);
    await producer.send({ topic: odd, messages: [{ value: '{"a":' }] });
    const dead = uniqueName('dead');
    await topics.create(dead);
    const argv = (onError: string) => [
      ...['pipe', '--on-error', onError, '--source', `servers=${servers}`, `topics=${odd}`, 'readFromBeginning=true'],
      '--destination',
      ...written(settings),
    ];
    const skipped = await cli(argv('skip'));
    expect(skipped.err).toMatch(/is skipped: /);
    expect(skipped.err).toMatch(reason);
    expect(skipped.code).toBe(0);
    expect(await cli(argv(dead))).toMatchObject({ code: 0 });
    expect((await messages(dead)).map(({ value }) => String(value))).toEqual(['{"a":']);
    expect(await topics.count(copy)).toBe(0);
  });

  it('ends there where the dead-letter topic refuses it too, and names both reasons', async () => {
    const dead = uniqueName('dead');
    await topics.create(dead, 1, { 'max.message.bytes': '20000' });
    const run = await pipe(['--on-error', dead]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(new RegExp(`topic "${copy}".*writing it to the dead-letter topic failed: .*topic "${dead}"`));
    expect(await topics.committed(group, input)).toBe(2);
  });

  it.each([
    ['the topic of the destination', () => copy, /which is the topic of the destination/],
    ['a topic that the pipe reads', () => input, /the pipe would read its own output/],
    ['no name of a topic', () => 'a b', /expected stop, skip or the name of a topic/],
  ])('is refused at start where --on-error names %s', async (_what, topic, reason) => {
    const run = await pipe(['--on-error', topic()]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(reason);
    expect(await topics.count(copy)).toBe(0);
  });
});
