import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { ENGINES, SourceEngine } from '../../support/engine.ts';
import { encode } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, groupsOf, membersOf, nameOf, numbersOf, plugin, range, sendWithHeaders } from './support.ts';
import { eventually, sleep } from '../../support/wait.ts';
import { skipped } from '../../support/skipped.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);
const small = (index: number): Buffer => Buffer.from(`value ${index}`);

async function topicWith(count: number, partitions = 1, value = small): Promise<string> {
  const topic = uniqueName('source');
  await topics.create(topic, partitions);
  if (count > 0) await topics.fill(topic, count, value);
  return topic;
}

describe.each(ENGINES)('a source under arch-%s', (engine) => {
  const settings = (topic: string, groupID = uniqueName('group')) => ({ servers, topics: topic, groupID, readFromBeginning: 'true' });

  test('delivers every record once, in the order of its partition, and commits what was acknowledged', async () => {
    const topic = await topicWith(5_000);
    const config = settings(topic);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config);
    await source.until(5_000);
    expect(numbersOf(source.records)).toEqual(range(5_000));
    expect(new Set(source.records.map(({ position }) => position.toString())).size).toBe(5_000);
    await source.stop();
    expect(await topics.committed(config.groupID, topic)).toBe(5_000);
  });

  test('delivers natural batches, and at once', async () => {
    const topic = await topicWith(3_000);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(settings(topic));
    await source.until(3_000);
    expect(source.batches.length).toBeLessThan(100);
    await topics.fill(topic, 1, small, 3_000);
    await source.until(3_001, 5_000);
    expect(source.batches.at(-1)).toBe(1);
    await source.stop();
  });

  test('bounds its batches in records and in bytes', async () => {
    const topic = await topicWith(3_000);
    const many = new SourceEngine(await plugin(), engine);
    await many.start(settings(topic));
    await many.until(3_000);
    expect(Math.max(...many.batches)).toBeLessThanOrEqual(1_000);
    await many.stop();
    const large = await topicWith(400, 1, () => Buffer.alloc(50_000, 'x'));
    const heavy = new SourceEngine(await plugin(), engine);
    await heavy.start(settings(large));
    await heavy.until(400);
    // A mebibyte, and what OpenCDC adds to it.
    expect(Math.max(...heavy.stream.received.map(({ length }) => length))).toBeLessThan(1_300_000);
    await heavy.stop();
  });

  test('never exceeds sdk.batch.size', async () => {
    const topic = await topicWith(1_000);
    const source = new SourceEngine(await plugin(), engine);
    await source.start({ ...settings(topic), 'sdk.batch.size': '70' });
    await source.until(1_000);
    expect(Math.max(...source.batches)).toBeLessThanOrEqual(70);
    await source.stop();
  });

  test('collects for sdk.batch.delay, and no longer', async () => {
    const topic = await topicWith(5);
    const source = new SourceEngine(await plugin(), engine);
    await source.start({ ...settings(topic), 'sdk.batch.size': '1000', 'sdk.batch.delay': '300ms' });
    await source.until(5);
    for (let index = 5; index < 10; index++) await topics.fill(topic, 1, small, index);
    await source.until(10, 5_000);
    expect(source.batches.length).toBeLessThan(7);
    await source.stop();
  });

  test('reads on while acknowledgements come a second late', async () => {
    const topic = await topicWith(30_000);
    const config = settings(topic);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config, { acks: 'burst' });
    await source.until(30_000);
    await source.stop();
    expect(await topics.committed(config.groupID, topic)).toBe(30_000);
  });

  test('reads on while nothing is acknowledged, and commits nothing', async () => {
    const topic = await topicWith(30_000);
    const config = settings(topic);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config, { acks: 'never' });
    await source.until(30_000);
    await source.stop();
    expect(await topics.committed(config.groupID, topic)).toBe(0);
  });

  test('commits what was acknowledged and nothing more, whatever it has sent', async () => {
    const topic = await topicWith(5_000);
    const config = settings(topic);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config, { acks: 'never' });
    await source.until(1_000);
    source.acknowledge();
    const acknowledged = source.records.length;
    await source.until(5_000);
    await source.stop();
    expect(await topics.committed(config.groupID, topic)).toBe(acknowledged);
  });

  test('keeps its stream open while there is nothing to read', async () => {
    const topic = await topicWith(1);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(settings(topic));
    await source.until(1);
    await sleep(3_000);
    expect(source.stream.ended).toBe(false);
    expect(source.stream.received.length).toBe(1);
    await source.stop();
  });

  test('repeats nothing after a graceful stop: it resumes from the position, also where the group has no commit', async () => {
    const topic = await topicWith(1_000);
    const first = new SourceEngine(await plugin(), engine);
    await first.start({ servers, topics: topic, readFromBeginning: 'true' });
    await first.until(1_000);
    await first.stop();
    await topics.fill(topic, 10, small, 1_000);
    const second = new SourceEngine(await plugin(), engine);
    await second.start({ servers, topics: topic, readFromBeginning: 'true' }, { position: first.stored });
    await second.until(10);
    await sleep(300);
    second.take();
    expect(numbersOf(second.records)).toEqual(range(10, 1_000));
    await second.stop();
  });

  test('repeats only what was not acknowledged after it was killed', async () => {
    const topic = await topicWith(2_000);
    const config = settings(topic);
    const killed = await plugin();
    const first = new SourceEngine(killed, engine);
    await first.start(config, { acks: 'never' });
    await first.until(1_000);
    first.acknowledge();
    const acknowledged = (JSON.parse(first.stored.toString()) as { Offset: number }).Offset + 1;
    killed.child.kill('SIGKILL');
    await killed.exited;
    const second = new SourceEngine(await plugin(), engine);
    await second.start(config, { position: first.stored });
    await second.until(2_000 - acknowledged, 60_000);
    expect(numbersOf(second.records)).toEqual(range(2_000 - acknowledged, acknowledged));
    await second.stop();
  });

  test('leaves its consumer group at Teardown', async () => {
    const topic = await topicWith(10);
    const config = settings(topic);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config);
    await source.until(10);
    expect(await membersOf(servers, config.groupID)).toBe(1);
    await source.stop();
    expect(await membersOf(servers, config.groupID)).toBe(0);
  });

  test('stops reading Kafka while Conduit does not read, and goes on after', async () => {
    const topic = await topicWith(0);
    for (let from = 0; from < 10_000; from += 400) await topics.fill(topic, 400, () => Buffer.alloc(2_000, 'x'), from);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(settings(topic), { acks: 'never' });
    source.stream.pause();
    await sleep(3_000);
    const before = source.stream.received.length;
    await sleep(500);
    expect(source.stream.received.length).toBe(before);
    source.stream.resume();
    await source.until(10_000);
    expect(numbersOf(source.records)).toEqual(range(10_000));
    await source.stop();
  });

  const noIo = existsSync('/proc/self/io') ? null : 'the system does not tell how many bytes a process has read';
  test.skipIf(noIo !== null)(`has read but a part of the topic by then${skipped(noIo)}`, async () => {
    const topic = await topicWith(0);
    for (let from = 0; from < 40_000; from += 400) await topics.fill(topic, 400, () => Buffer.alloc(2_000, 'x'), from);
    const started = await plugin();
    const source = new SourceEngine(started, engine);
    const bytesRead = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${started.child.pid}/io`, 'utf8'))![1]);
    const before = bytesRead();
    await source.start(settings(topic), { acks: 'never' });
    source.stream.pause();
    await sleep(4_000);
    expect(bytesRead() - before).toBeLessThan(50_000_000); // of 80
    source.stream.resume();
    await source.until(40_000);
    expect(bytesRead() - before).toBeGreaterThan(80_000_000);
    await source.stop();
  });

  test('has metadata in every record, without which Conduit fills in nothing', async () => {
    const topic = await topicWith(3);
    const source = new SourceEngine(await plugin(), engine);
    await source.start(settings(topic));
    await source.until(3);
    for (const record of source.records) {
      expect(record.metadata).toMatchObject({ 'opencdc.collection': topic, 'opencdc.readAt': expect.stringMatching(/^\d{19}$/) });
    }
    await source.stop();
  });

  test('ends its stream on Teardown alone, without Stop and without a cancel', async () => {
    const topic = await topicWith(10);
    const started = await plugin();
    const source = new SourceEngine(started, engine);
    await source.start(settings(topic));
    await source.until(10);
    await started.client.call('/connector.v2.SourcePlugin/Teardown');
    expect(await source.stream.status).toEqual({ code: 0, details: '' });
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });

  test('commits what was acknowledged when Shutdown comes without Teardown', async () => {
    const topic = await topicWith(100);
    const config = settings(topic);
    const started = await plugin();
    const source = new SourceEngine(started, engine);
    await source.start(config);
    await source.until(100);
    await sleep(50);
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
    expect(await topics.committed(config.groupID, topic)).toBe(100);
  });
});

describe('Stop of a source', () => {
  test('in the middle of a flood answers the last position that was sent, and nothing follows', async () => {
    const topic = await topicWith(50_000);
    const started = await plugin();
    const source = new SourceEngine(started, 'v1');
    await source.start({ servers, topics: topic, readFromBeginning: 'true' });
    await source.until(1_000);
    const { last_position: last } = await started.client.call<{ last_position: Buffer }>('/connector.v2.SourcePlugin/Stop');
    // A source that continued to read would send these records, also if all earlier ones were sent before Stop.
    await topics.fill(topic, 100, small, 50_000);
    await sleep(1_000);
    source.take();
    expect(source.stream.ended).toBe(false);
    expect(source.records.at(-1).position.toString()).toBe(last.toString());
    expect(numbersOf(source.records)).toEqual(range(source.records.length));
    source.stream.cancel();
    await started.client.call('/connector.v2.SourcePlugin/Teardown');
    await started.shutdown();
  });

  test('of a source that sent nothing answers an empty position', async () => {
    const topic = await topicWith(0);
    const source = new SourceEngine(await plugin(), 'v1');
    await source.start({ servers, topics: topic });
    expect((await source.stop()).length).toBe(0);
  });
});

describe('a source under arch-v2, whose destination has refused a record', () => {
  // Conduit acknowledges what came before that record, the record when it is in the dead-letter queue, and the rest: three messages.
  test.each([
    ['before, the record itself, and after', [150, 1, 149], 300],
    ['before and the record itself', [150, 1], 151],
    ['before', [150], 150],
  ])('commits the records that were acknowledged: %s', async (_, parts, committed) => {
    const topic = await topicWith(300);
    const groupID = uniqueName('group');
    const source = new SourceEngine(await plugin(), 'v2');
    await source.start({ servers, topics: topic, groupID, readFromBeginning: 'true' }, { acks: 'never' });
    await source.until(300);
    const positions = source.records.map(({ position }) => position);
    for (const count of parts) {
      source.stream.write(encode('connector.v2.Source.Run.Request', { ack_positions: positions.splice(0, count) }));
    }
    await source.stop();
    expect(await topics.committed(groupID, topic)).toBe(committed);
  });
});

describe('a source', () => {
  test('delivers a header that is not UTF-8 as base64, and reads on', async () => {
    const topic = await topicWith(0);
    const source = new SourceEngine(await plugin(), 'v1');
    await source.start({ servers, topics: topic, readFromBeginning: 'true' });
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
    await sendWithHeaders(servers, topic, { binary: bytes, plain: 'text' });
    await source.until(1);
    expect(source.records[0]!.metadata).toMatchObject({
      'kafka.headerBase64.binary': bytes.toString('base64'),
      'kafka.header.plain': 'text',
    });
    expect(source.records[0]!.metadata).not.toHaveProperty(['kafka.header.binary']);
    await topics.fill(topic, 1, small, 1);
    await source.until(2);
    expect(source.stream.ended).toBe(false);
    await source.stop();
  });

  test('commits 100,000 records that are acknowledged one by one in one burst, and lives on', async () => {
    const count = 100_000;
    const topic = await topicWith(count);
    const groupID = uniqueName('group');
    const started = await plugin();
    const source = new SourceEngine(started, 'v1');
    await source.start({ servers, topics: topic, groupID, readFromBeginning: 'true' }, { acks: 'never' });
    await source.until(count, 60_000);
    source.acknowledge();
    await topics.fill(topic, 1, small, count);
    await source.until(count + 1, 60_000);
    expect(source.stream.ended).toBe(false);
    expect(started.exit).toBeNull();
    await source.stop();
    expect(await topics.committed(groupID, topic)).toBe(count);
  });
});

describe('a source of several partitions', () => {
  test(`under ${nameOf('v1')} keeps the order of each`, async () => {
    const topic = await topicWith(6_000, 3);
    const source = new SourceEngine(await plugin(), 'v1');
    await source.start({ servers, topics: topic, readFromBeginning: 'true' });
    await source.until(6_000);
    const offsets = new Map<number, number>();
    for (const record of source.records) {
      const { Partition, Offset } = JSON.parse(record.position.toString()) as { Partition: number; Offset: number };
      expect(Offset).toBe(offsets.get(Partition) ?? 0);
      offsets.set(Partition, Offset + 1);
    }
    expect(offsets.size).toBe(3);
    await source.stop();
  });
});

describe('a source that is deleted from its pipeline', () => {
  const isThere = async (group: string): Promise<boolean> => (await groupsOf(servers)).includes(group);
  /** The groups that the log says are deleted. */
  const deletion = async (config: Record<string, string>): Promise<(string | undefined)[]> => {
    const started = await plugin();
    await started.client.call('/connector.v2.SourcePlugin/LifecycleOnDeleted', { config });
    await started.client.call('/connector.v2.SourcePlugin/Teardown');
    await started.shutdown();
    const lines = started.logLines().filter((line) => line['@message'] === 'the consumer group of the deleted source is deleted');
    return lines.map((line) => line['group']);
  };
  const run = async (config: Record<string, string>, env: Record<string, string> = {}): Promise<string> => {
    const source = new SourceEngine(await plugin({ env }), 'v1');
    await source.start(config);
    await source.until(10);
    await source.stop();
    return (JSON.parse(source.stored.toString()) as { GroupID: string }).GroupID;
  };

  test('takes the consumer group along whose name it made up, and no other', async () => {
    const config = { servers, topics: await topicWith(10), readFromBeginning: 'true' };
    const own = await run(config);
    const neighbour = await run(config, { CONDUIT_CONNECTOR_ID: 'other:source' });
    expect(await deletion(config)).toEqual([own]);
    expect(await isThere(own)).toBe(false);
    expect(await isThere(neighbour)).toBe(true);
  });

  test('leaves the consumer group that its settings name', async () => {
    const config = { servers, topics: await topicWith(10), readFromBeginning: 'true', groupID: crypto.randomUUID() };
    await run(config);
    expect(await deletion(config)).toEqual([]);
    expect(await isThere(config.groupID)).toBe(true);
  });
});

describe('signals to the whole process group while Conduit shuts down', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: all that is acknowledged is committed', async (signal) => {
    const topic = await topicWith(3_000);
    const groupID = uniqueName('group');
    const started = await plugin();
    const source = new SourceEngine(started, 'v1');
    await source.start({ servers, topics: topic, groupID, readFromBeginning: 'true' }, { acks: 'burst' });
    await source.until(3_000);
    started.child.kill(signal);
    await sleep(100);
    await source.stop();
    expect(await topics.committed(groupID, topic)).toBe(3_000);
    await eventually(() => started.exit !== null, 2_000, 'the exit');
  });
});
