import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { Topics } from '../support/topics.ts';
import { cli } from '../unit/cli/spawned.ts';

const { servers } = sharedBroker();
const topics = new Topics(servers);
const raised = { 'max.message.bytes': '60000000' };
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('a record of 30 MB goes from a topic into a line, and from the line and through pipe into other topics', async () => {
  const [input, restored, copy] = [uniqueName('large'), uniqueName('large'), uniqueName('large')];
  for (const topic of [input, restored, copy]) await topics.create(topic, 1, raised);
  const large = randomBytes(30_000_000);
  await topics.fill(input, 1, () => large);
  const settings = ['sdk.record.format=raw', 'batchBytes=60000000', 'compression=none'];

  const printed = await cli(['source', '-q', '-c', `servers=${servers}`, '-c', `topics=${input}`, '-c', 'readFromBeginning=true']);
  expect(printed).toMatchObject({ code: 0, err: '' });
  const given = ['-c', `servers=${servers}`, '-c', `topic=${restored}`, ...settings.flatMap((one) => ['-c', one])];
  expect(await cli(['destination', '-q', ...given], { input: printed.out })).toMatchObject({ code: 0, err: '' });
  const from = ['--source', `servers=${servers}`, `topics=${input}`, 'readFromBeginning=true'];
  const to = ['--destination', `servers=${servers}`, `topic=${copy}`, ...settings];
  expect(await cli(['pipe', '-q', ...from, ...to])).toMatchObject({ code: 0, err: '' });

  for (const topic of [restored, copy]) {
    const [record] = await topics.read(topic);
    expect(digest(record!.value!)).toBe(digest(large));
  }
});
