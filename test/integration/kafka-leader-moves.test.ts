/** Three brokers of its own, among which leaders move while a consumer fetches from all of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConsumerHandle } from '../../host/kafka/handles.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs as why, skipped } from '../support/skipped.ts';
import { Topics } from '../support/topics.ts';
import { sleep } from '../support/wait.ts';
import { flatten, subject, withAdmin } from './kafka-client.ts';

/** The loss that this holds came in two rounds of three. */
const ROUNDS = 3;
let broker: Broker;

beforeAll(async () => {
  if (why === null) broker = await startBroker({ nodes: 3 });
});
afterAll(() => broker?.close());

async function readAll(consumer: ConsumerHandle, partition: number): Promise<number[]> {
  const offsets: number[] = [];
  for (;;) {
    const some = flatten(await consumer.poll(1_000, 1 << 20, 1_000));
    if (some.length === 0) return offsets;
    offsets.push(...some.filter((record) => record.partition === partition).map(({ offset }) => Number(offset)));
  }
}

// A fetch from one broker that finds its leader gone makes the member join again; those from the other brokers go on meanwhile.
test.skipIf(why !== null)(
  `a partition that moves to another broker loses no record of partitions on other brokers${skipped(why)}`,
  { timeout: 180_000 },
  async () => {
    const kafka = subject(broker.servers);
    const topics = new Topics(broker.servers);
    const ids = await withAdmin(broker.servers, async (admin) => (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId));
    for (let round = 0; round < ROUNDS; round++) {
      const [topic, group] = [uniqueName('moves'), uniqueName('group')];
      const replicaAssignment = ids.map((id, partition) => ({ partition, replicas: [id] }));
      await withAdmin(broker.servers, (admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic, replicaAssignment }] }));
      const consumer = await kafka.consumer({ topics: [topic], group });
      const stop = new AbortController();
      const producing = topics.trickle(topic, 1, 20, stop.signal);
      await sleep(4_000);
      await withAdmin(broker.servers, (admin) =>
        admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [ids[2]!] }] }] }),
      );
      await sleep(4_000);
      stop.abort();
      const sent = await producing;
      const got = new Set(await readAll(consumer, 1));
      expect(Array.from({ length: sent }, (_, offset) => offset).filter((offset) => !got.has(offset))).toEqual([]);
      await consumer.close();
    }
  },
);
