import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../unit/cli/spawned.ts';
import { Topics } from '../support/topics.ts';
import { eventually, sleep } from '../support/wait.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import kafkajs from '../support/plain-kafkajs.ts';

// A cluster at KAFKA_SERVERS is not ours to kill.
describe.skipIf(brokersAreNotOurs !== null)(`when the broker goes away${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  let topic: string;

  beforeAll(async () => {
    broker = await startBroker();
    topic = uniqueName('cli');
    const kafka = new kafkajs.Kafka({ brokers: broker.servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
    const [admin, producer] = [kafka.admin(), kafka.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
    // Far more than the connector holds in memory, so that the end has not been fetched when the broker goes.
    const messages = Array.from({ length: 2000 }, (_, n) => ({ value: `${n} ${'x'.repeat(8000)}` }));
    for (let from = 0; from < messages.length; from += 100) {
      await producer.send({ topic, messages: messages.slice(from, from + 100), compression: kafkajs.CompressionTypes.None });
    }
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });
  afterAll(() => broker.close());

  it.each([
    ['without a group', [], 'reads without a consumer group'],
    ['in a group', ['-c', `groupID=${uniqueName('group')}`], 'joined the consumer group'],
  ])('source %s and without --follow ends with 3 instead of taking that for the end of the topic', async (_how, more, joined) => {
    const argv = ['source', '-c', `servers=${broker.servers}`, '-c', `topics=${topic}`, '-c', 'readFromBeginning=true', '--idle', '1s'];
    const run = new Cli([...argv, ...more, '--log-level', 'info'], { unread: true });
    await run.until(joined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await broker.kill();
    run.readOutput();
    const { code, err, lines } = await run.done;
    expect(lines.length).toBeLessThan(2000);
    expect(err).toMatch(/^kafka\.unreachable: reading ended before the end of the topics, \d+ offsets are left: .*127\.0\.0\.1:\d+/m);
    expect(code).toBe(3);
    await broker.start();
  });

  it('destination tells the lines that were not written, and ends with 1', async () => {
    const argv = ['destination', '-c', `servers=${broker.servers}`, '-c', `topic=${topic}`, '-c', 'deliveryTimeout=2s'];
    const topics = new Topics(broker.servers);
    const before = await topics.count(topic);
    const run = new Cli(argv);
    const record = `${JSON.stringify({ operation: 'create', payload: { after: { id: 1 } } })}\n`;
    run.process.stdin.write(record);
    await eventually(async () => (await topics.count(topic)) > before, 20_000, 'the first record in the topic');
    await sleep(1_000); // the record is in the log before the producer has the broker's answer
    await broker.kill();
    run.process.stdin.end(record.repeat(20));
    const { code, err } = await run.done;
    expect(err).toMatch(/^error: lines 2 to 21: failed to produce record: records have timed out before they were able to be produced: /m);
    expect(err).toContain('kafka.timeout: 20 of 21 records were not written');
    expect(err).toContain('wrote 1 record ');
    expect(code).toBe(1);
  });
});
