import { expect, test } from 'vitest';
import { kafkaCapabilities } from '../../../host/capability/kafka.ts';
import type { Fetched } from '../../../host/kafka/contract.ts';
import type { ConsumerHandle, Kafka } from '../../../host/kafka/index.ts';
import type { CallContext } from '../../../host/runtime/capability.ts';

const context: CallContext = { signal: new AbortController().signal, resultBytes: 1_000 };

function fetched(bytes: number): Fetched {
  return {
    topic: 'orders',
    partition: 3,
    epoch: 1,
    records: { baseOffset: 42n, baseTimestamp: 0n, count: 1, records: new Uint8Array(bytes), logAppendTime: false },
  };
}

function pollOf(found: Fetched[][]): { poll: (maxBytes: number) => Promise<Fetched[]>; asked: number[] } {
  const asked: number[] = [];
  const consumer: ConsumerHandle = {
    poll: async (_maxRecords, maxBytes) => {
      asked.push(maxBytes);
      return found.shift() ?? [];
    },
    wake: () => undefined,
    commit: async () => undefined,
    listTopics: async () => [],
    subscribe: async () => undefined,
    close: async () => undefined,
  };
  const { call } = kafkaCapabilities({} as Kafka)[0]!.resources!['consumer']!.methods['poll']!;
  return { poll: async (maxBytes) => (await call(...([consumer, 100, maxBytes, 0, context] as never[]))) as Fetched[], asked };
}

test('a poll asks for no more bytes than the component’s memory takes', async () => {
  const { poll, asked } = pollOf([[fetched(1_000)], [fetched(10)]]);
  expect(await poll(5_000)).toHaveLength(1);
  expect(await poll(10)).toHaveLength(1);
  expect(asked).toEqual([1_000, 10]);
});

test('a record that the component’s memory cannot take is an error that names it, and is never passed over', async () => {
  const { poll } = pollOf([[fetched(1_001)], [fetched(1)]]);
  const error = {
    code: 'limit.exceeded',
    message: "the record of topic-partition orders-3 at or after offset 42 takes 1001 bytes, the component's memory takes 1000",
  };
  await expect(poll(10)).rejects.toMatchObject(error);
  await expect(poll(10)).rejects.toMatchObject(error);
});
