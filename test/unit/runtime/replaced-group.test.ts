import { describe, expect, test } from 'vitest';
import { createSource } from '../../../host/connector.ts';
import type { Placement } from '../../../host/runtime/port.ts';
import type { ConsumerHandle, Kafka } from '../../../host/kafka/index.ts';
import { withKafka } from '../../../host/capability/index.ts';

/** Kafka that notes the groups it is asked for; the first consumer has a host fault, which replaces the guest. */
function faultyOnce(groups: string[], opened: (count: number) => void): Kafka {
  return {
    openConsumer: async (_connection, { group }): Promise<ConsumerHandle> => {
      groups.push(group);
      const first = groups.length === 1;
      opened(groups.length);
      return {
        poll: async (_records, _bytes, maxWaitMs) => {
          if (first) throw new TypeError('a fault for the test');
          await new Promise((resolve) => setTimeout(resolve, Math.min(maxWaitMs, 20)));
          return [];
        },
        wake: () => undefined,
        commit: async () => undefined,
        listTopics: async () => [],
        subscribe: async () => undefined,
        close: async () => undefined,
      };
    },
    openProducer: () => Promise.reject(new TypeError('no producer in this test')),
  };
}

describe.each<Placement>(['inline', 'worker'])('a source without groupID (%s)', (placement) => {
  test('goes on in the group that it made up when its guest is replaced before the first acknowledgement', async () => {
    const groups: string[] = [];
    let replaced: () => void = () => undefined;
    const again = new Promise<void>((resolve) => (replaced = resolve));
    const source = createSource({
      log: () => undefined,
      placement,
      capabilities: withKafka(() => faultyOnce(groups, (count) => count === 2 && replaced())),
    });
    try {
      expect(await source.configure({ servers: 'localhost:9092', topics: 't' })).toEqual([]);
      await source.open(null);
      source.run({ batch: () => true, failed: () => replaced() });
      await again;
      expect(groups).toHaveLength(2);
      expect(groups[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(groups[1]).toBe(groups[0]);
    } finally {
      await source.teardown();
    }
  });

  test('makes up another group than any other source', async () => {
    const groups: string[] = [];
    for (let i = 0; i < 2; i++) {
      const source = createSource({ log: () => undefined, placement, capabilities: withKafka(() => faultyOnce(groups, () => undefined)) });
      await source.configure({ servers: 'localhost:9092', topics: 't' });
      await source.open(null);
      await source.teardown();
    }
    expect(new Set(groups).size).toBe(2);
  });
});
