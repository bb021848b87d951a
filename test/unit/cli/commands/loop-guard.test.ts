import { describe, expect, it } from 'vitest';
import { canBeTopic, LoopGuard } from '../../../../host/cli/commands/loop-guard.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from '../../../../host/kafka/contract.ts';
import type { ConsumerHandle, Kafka, ProducerHandle } from '../../../../host/kafka/index.ts';
import { connectionTo } from '../../../support/connection.ts';

const DEFAULT = '{{ index .Metadata "opencdc.collection" }}';

describe('a topic of the destination', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders-copy', false],
    [DEFAULT, 'orders', true],
    ['copy.{{ .Metadata.shop }}', 'orders', false],
    ['copy.{{ .Metadata.shop }}', 'copy.orders', true],
    ['{{ .Metadata.shop }}.copy', 'orders', false],
    ['{{ .Metadata.shop }}.copy', 'orders.copy', true],
    ['a{{ .Metadata.x }}-{{ .Metadata.y }}z', 'abcz', true],
    ['ab{{ .Metadata.x }}bc', 'abc', false],
    ['orders- {{- .Metadata.x -}} ', 'orders-1', true],
  ])('%s can be the topic %s of the source: %s', (template, topic, expected) => {
    expect(canBeTopic(template, topic)).toBe(expected);
  });
});

describe('a pipe', () => {
  const context = { signal: new AbortController().signal };
  const opened: string[] = [];
  const kafka: Kafka = {
    openConsumer: async () => (opened.push('consumer'), {} as ConsumerHandle),
    openProducer: async () => (opened.push('producer'), {} as ProducerHandle),
  };

  async function open(template: string, ids: (string | null)[], servers = ['a:1', 'b:1']): Promise<void> {
    const [source, destination] = servers.map((server) => connectionTo(server)) as [Connection, Connection];
    const guard = new LoopGuard(
      [template, 'refused-records'],
      async ({ servers: [server] }) => ids[server === destination.servers[0] ? 1 : 0]!,
    );
    const parts = {} as Parameters<LoopGuard['source']>[1];
    await guard.destination(kafka, parts).openProducer(destination, {} as ProducerOptions, context);
    const options: ConsumerOptions = { topics: ['returns', 'orders'], group: 'g', fromBeginning: true, resume: [] };
    await guard.source(kafka, parts).openConsumer(source, options, context);
  }

  it('of one cluster under two names is refused, with the topic that both can be', async () => {
    await expect(open('orders', ['id', 'id'])).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('both topics are "orders"'),
    });
    await expect(open(DEFAULT, ['id', 'id'])).rejects.toMatchObject({
      message: expect.stringContaining('of the destination can be "returns"'),
    });
  });

  it('between two clusters may keep the names of topics', async () => {
    await expect(open(DEFAULT, ['one', 'other'])).resolves.toBeUndefined();
  });

  it('to another topic of the same cluster asks for no cluster', async () => {
    await expect(open('copy.{{ .Metadata.shop }}', [])).resolves.toBeUndefined();
  });

  it('of clusters without an id is refused where they share an address', async () => {
    await expect(open('orders', [null, null])).resolves.toBeUndefined();
    await expect(open('orders', [null, null], ['a:1', 'a:1'])).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('that is refused joins no group', async () => {
    opened.length = 0;
    await open('orders', ['id', 'id']).catch(() => undefined);
    expect(opened).toEqual(['producer']);
  });
});
