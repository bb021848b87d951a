/** A batch whose answer is lost is in the topic once: brokers know it by its producer id and its sequence number. */
import net from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProducerOptions } from '../../host/kafka/contract.ts';
import type { ProducerHandle } from '../../host/kafka/handles.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, read, readFor, subject, values } from './kafka-client.ts';

/** Makes the connections of the host while a test loses answers. */
const broken = vi.hoisted(() => ({ connect: null as ((options: object) => unknown) | null }));
vi.mock('node:net', async (load) => {
  const actual = await load<{ default: typeof import('node:net') }>();
  return {
    ...actual.default,
    default: actual.default,
    connect: (options: object) => (broken.connect ?? actual.default.connect)(options as never),
  };
});

const PRODUCE = 0;
const { servers } = sharedBroker();
const kafka = subject(servers);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  broken.connect = null;
  kafka.lines.splice(0);
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

async function producer(options: Partial<ProducerOptions> = {}): Promise<ProducerHandle> {
  const handle = await kafka.producer(options);
  open.push(handle);
  return handle;
}
async function everything(topic: string, atLeast: number): Promise<(string | null)[]> {
  const handle = await kafka.consumer({ topics: [topic], group: uniqueName('group') });
  open.push(handle);
  return values([...(await read(handle, atLeast)), ...(await readFor(handle, 500))]);
}

/** Connections made from now on lose the broker's answers to the produce requests with these numbers: they break instead. */
function loseAnswers(numbers: readonly number[]): { lost(): number } {
  const connect = net.connect.bind(net) as (options: net.NetConnectOpts, connected?: () => void) => net.Socket;
  let requests = 0;
  let lost = 0;
  const lossy = (options: net.NetConnectOpts, connected?: () => void): net.Socket => {
    const socket = connect(options, connected);
    const { write, emit } = socket;
    let losing = false;
    Object.assign(socket, {
      write: (bytes: Buffer, ...rest: unknown[]): boolean => {
        if (bytes.readInt16BE(4) === PRODUCE) losing = numbers.includes(++requests) || losing;
        return Reflect.apply(write, socket, [bytes, ...rest]) as boolean;
      },
      emit: (event: string, ...args: unknown[]): boolean => {
        if (event !== 'data' || !losing) return Reflect.apply(emit, socket, [event, ...args]);
        // The broker has answered, so the records of the request are in its log.
        lost++;
        losing = false;
        socket.destroy(new Error('the connection is lost'));
        return true;
      },
    });
    return socket;
  };
  broken.connect = lossy as typeof broken.connect;
  return { lost: () => lost };
}

test('is written once, and what comes after it follows', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  const answers = loseAnswers([1, 3, 4]);
  const handle = await producer();
  for (let from = 0; from < 40; from += 10) {
    expect(await handle.send([{ topic, records: section(numbered(10, from)) }])).toEqual([]);
  }
  expect(answers.lost()).toBe(3);
  expect(await everything(topic, 40)).toEqual(numbered(40).map(({ value }) => value));
});

test('is written once in each of several partitions', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic, 3);
  const answers = loseAnswers([2, 5]);
  const handle = await producer();
  expect(await handle.send([{ topic, records: section(numbered(60)) }])).toEqual([]);
  expect(await handle.send([{ topic, records: section(numbered(60, 60)) }])).toEqual([]);
  expect(answers.lost()).toBe(2);
  expect((await everything(topic, 120)).sort()).toEqual(
    numbered(120)
      .map(({ value }) => value as string)
      .sort(),
  );
});

test.each([[[2]], [[3, 4]], [[6, 9, 12, 15]]])(
  'of many batches on their way at once, those without an answer (%j) are written once and in order',
  async (numbers) => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    const answers = loseAnswers(numbers);
    const handle = await producer({ compression: 'none', maxBatchBytes: 400 });
    for (let from = 0; from < 300; from += 100) {
      expect(await handle.send([{ topic, records: section(numbered(100, from)) }])).toEqual([]);
    }
    expect(answers.lost()).toBeGreaterThan(0); // two of one connection are lost together
    expect(await everything(topic, 300)).toEqual(numbered(300).map(({ value }) => value));
  },
);

test('among records that the broker refuses, those without an answer are written once too', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic, 1, { 'max.message.bytes': '2000' });
  const answers = loseAnswers([2, 7, 8, 12, 20]); // between them are the refusals
  const handle = await producer({ compression: 'none' });
  const large = { key: null, value: 'x'.repeat(3_000) };
  for (let round = 0; round < 3; round++) {
    const failures = await handle.send([{ topic, records: section([...numbered(5, round * 10), large, ...numbered(5, round * 10 + 5)]) }]);
    expect(failures.map(({ index }) => index)).toEqual([5]);
  }
  expect(answers.lost()).toBe(5);
  expect(await everything(topic, 30)).toEqual(numbered(30).map(({ value }) => value));
});

test.each([
  ['leader', 'one'],
  ['none', 'none'],
] as const)('with acks %s there is nothing that a broker could know it by, and the log says so', async (acks, name) => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  const handle = await producer({ acks });
  expect(await handle.send([{ topic, records: section(numbered(3)) }])).toEqual([]);
  expect(kafka.lines).toContainEqual({
    level: 'warn',
    message: `disabling idempotent writes because "acks" is set to ${name}`,
    fields: {},
  });
  expect(await everything(topic, 3)).toEqual(numbered(3).map(({ value }) => value));
});
