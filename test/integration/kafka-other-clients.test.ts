/** What other clients compress is read, and what this one compresses they read. Their captured batches are in test/unit/kafka/records/fixtures. */
import { describe, expect, test } from 'vitest';
import { section, type TestRecord } from '../unit/kafka/sections.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { skipped } from '../support/skipped.ts';
import { createTopic, read, subject } from './kafka-client.ts';
import { JAVA, LIBRDKAFKA } from './support/other-clients.ts';

const { servers } = sharedBroker();
const kafka = subject(servers);
const COUNT = 2_000;
const clients = await Promise.all([JAVA, LIBRDKAFKA].map(async (client) => ({ client, whyNot: await client.whyNot() })));

for (const { client, whyNot } of clients) {
  describe.skipIf(whyNot !== null)(`${client.name}${skipped(whyNot)}`, () => {
    test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
      'with %s: its records are read, and it reads ours',
      async (compression) => {
        const [theirs, ours] = [uniqueName('theirs'), uniqueName('ours')];
        await createTopic(servers, theirs);
        await createTopic(servers, ours);

        const written = await client.write(servers, theirs, COUNT, compression);
        const consumer = await kafka.consumer({ topics: [theirs], group: uniqueName('group') });
        const got = await read(consumer, COUNT);
        await consumer.close();
        expect(got.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(written);

        const records: TestRecord[] = Array.from({ length: COUNT }, (_, i) => ({
          key: i % 5 === 0 ? null : `key ${i}`,
          value: i % 13 === 0 ? null : `value ${i} ${'x'.repeat(i % 97)}`,
          headers: { one: `1-${i}`, empty: '' },
        }));
        const producer = await kafka.producer({ compression });
        expect(await producer.send([{ topic: ours, partition: 0, records: section(records) }])).toEqual([]);
        await producer.close();
        expect(await client.read(servers, ours, COUNT)).toEqual(
          records.map(({ key, value, headers }) => ({ key, value, headers: Object.entries(headers ?? {}) })),
        );
      },
      120_000,
    );
  });
}
