import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { ENGINES, SourceEngine } from '../../support/engine.ts';
import { encode } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, numbersOf, plugin, range } from './support.ts';
import { sleep } from '../../support/wait.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);
const small = (index: number): Buffer => Buffer.from(`value ${index}`);
/** How long to wait for a record that must not come. */
const QUIET_MS = 1_000;

async function newTopic(): Promise<string> {
  const topic = uniqueName('restart');
  await topics.create(topic);
  return topic;
}

describe.each(ENGINES)('a source that is opened again under arch-%s', (engine) => {
  const resume = async (config: Record<string, string>, position: Buffer, count: number): Promise<number[]> => {
    const source = new SourceEngine(await plugin(), engine);
    await source.start(config, { position });
    await source.until(count);
    await sleep(QUIET_MS);
    source.take();
    await source.stop();
    return numbersOf(source.records);
  };

  test('reads exactly what came to its other topic meanwhile', async () => {
    const [one, two] = [await newTopic(), await newTopic()];
    const config = { servers, topics: `${one},${two}`, groupID: uniqueName('group'), readFromBeginning: 'true' };
    await topics.fill(one, 3, small);
    const first = new SourceEngine(await plugin(), engine);
    await first.start(config);
    await first.until(3);
    await first.stop();
    expect(numbersOf(first.records)).toEqual(range(3));

    await topics.fill(two, 3, small, 3);
    expect(await resume(config, first.stored, 3)).toEqual(range(3, 3));
  });

  test('reads again what it had read and was not acknowledged, then what came meanwhile', async () => {
    const topic = await newTopic();
    const config = { servers, topics: topic, groupID: uniqueName('group'), readFromBeginning: 'true' };
    await topics.fill(topic, 3, small, 1);
    const first = new SourceEngine(await plugin(), engine);
    await first.start(config, { acks: 'never' });
    await first.until(3);
    const acknowledged = first.records[0]!.position;
    first.stream.write(encode('connector.v2.Source.Run.Request', { ack_positions: [acknowledged] }));
    await first.stop();

    await topics.fill(topic, 3, small, 4);
    expect(await resume(config, acknowledged, 5)).toEqual([2, 3, 4, 5, 6]);
  });
});
