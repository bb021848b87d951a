/** Batches that arrive damaged. A broker does not send such on demand, so a bit is flipped between kafkajs and the check. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, read, subject, values, write } from './kafka-client.ts';
import { sleep } from '../support/wait.ts';

let flips = 0;
vi.mock('../../host/kafka/records/record-batch.ts', async (original) => {
  const actual = await original<typeof import('../../host/kafka/records/record-batch.ts')>();
  return {
    ...actual,
    openBatch(batch: Parameters<typeof actual.openBatch>[0], maxBytes: number) {
      if (flips === 0 || !batch.bytes.includes('flip me')) return actual.openBatch(batch, maxBytes);
      flips--;
      const bytes = Buffer.from(batch.bytes);
      bytes[bytes.length - 3]! ^= 0x10;
      return actual.openBatch({ ...batch, bytes }, maxBytes);
    },
  };
});

const { servers } = sharedBroker();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

describe('a damaged batch', () => {
  async function consumer() {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    for (const value of ['before', 'flip me', 'after']) await write(servers, topic, [value]);
    const kafka = subject(servers);
    const handle = await kafka.consumer({ topics: [topic], group: uniqueName('group') });
    open.push(handle);
    return { handle, lines: kafka.lines, topic };
  }

  test('is fetched again, and nothing is lost or repeated if it comes whole then', async () => {
    flips = 2;
    const { handle, lines, topic } = await consumer();
    expect(values(await read(handle, 3))).toEqual(['before', 'flip me', 'after']);
    expect(lines.filter(({ message }) => message.startsWith('a record batch cannot be read; it is fetched again'))).toMatchObject([
      { level: 'error', fields: { partition: `${topic}/0`, tries: '1', error: expect.stringContaining('CRC') } },
      { level: 'error', fields: { tries: '2' } },
    ]);
  });

  test('that stays damaged ends the reading with a permanent error, after what precedes it', async () => {
    flips = Number.POSITIVE_INFINITY;
    const { handle, topic } = await consumer();
    const got: (string | null)[] = [];
    const failure = (async () => {
      for (;;) got.push(...values(await read(handle, 1, 2_000)));
    })();
    await expect(failure).rejects.toMatchObject({
      code: 'kafka.corrupt',
      retryable: false,
      message: expect.stringMatching(new RegExp(`${topic}/0: record batch at offset 1 is damaged`)),
    });
    expect(got).toEqual(['before']);
    await sleep(300);
    await expect(handle.poll(1, 1, 1)).rejects.toMatchObject({ code: 'kafka.corrupt' });
  });
});
