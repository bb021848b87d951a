/** kafkajs resets an offset that is out of range by itself: this fails if its own code no longer says so to the hook. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { onOffsetReset } from '../../../../host/kafka/kafkajs/offset-reset.ts';
import { loadPrivately } from '../../../../host/kafka/kafkajs/private-copy.ts';
import { REPLACED_MODULES } from '../../../../host/kafka/kafkajs/replaced-modules.ts';

interface Group {
  offsetManager: object;
  recoverFromFetch(error: Error): Promise<void>;
}
const load = loadPrivately(dirname(createRequire(import.meta.url).resolve('kafkajs')), REPLACED_MODULES);
const OffsetManager = load('src/consumer/offsetManager/index.js') as new (options: object) => object;
const ConsumerGroup = load('src/consumer/consumerGroup.js') as new (options: object) => Group;
const { KafkaJSOffsetOutOfRange } = load('src/errors.js') as { KafkaJSOffsetOutOfRange: new (error: Error, at: object) => Error };

/** A member whose cluster and coordinator record the calls to them. */
function member(): { group: Group; cluster: object; log: string[] } {
  const log: string[] = [];
  const committed = {};
  const cluster = { defaultOffset: () => -2, committedOffsets: () => committed };
  const coordinator = {
    isConnected: () => true,
    offsetCommit: async ({ topics }: { topics: object[] }) => void log.push(`commit ${JSON.stringify(topics)}`),
  };
  const quiet = (): void => undefined;
  const logger = { namespace: () => ({ info: quiet, error: quiet, debug: quiet, warn: quiet }) };
  const instrumentationEmitter = { addListener: quiet };
  const group = new ConsumerGroup({
    cluster,
    logger,
    instrumentationEmitter,
    groupId: 'g',
    topics: ['t'],
    topicConfigurations: {},
    assigners: [],
  });
  group.offsetManager = new OffsetManager({ cluster, coordinator, groupId: 'g', memberAssignment: { t: [3] }, topicConfigurations: {} });
  return { group, cluster, log };
}
const outOfRange = (): Error => new KafkaJSOffsetOutOfRange(new Error('out of range'), { topic: 't', partition: 3 });

test('an offset out of range is told before kafkajs commits "earliest"', async () => {
  const { group, cluster, log } = member();
  onOffsetReset(cluster, (topic, partition) => log.push(`told ${topic}/${partition}`));
  await group.recoverFromFetch(outOfRange());
  expect(log).toEqual(['told t/3', 'commit [{"topic":"t","partitions":[{"partition":3,"offset":-2}]}]']);
});

test('without somebody to tell kafkajs does as before', async () => {
  const { group, log } = member();
  await group.recoverFromFetch(outOfRange());
  expect(log).toHaveLength(1);
});
