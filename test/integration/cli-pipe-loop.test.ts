import { beforeAll, describe, expect, it } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { Topics } from '../support/topics.ts';
import { cli, type Finished } from '../unit/cli/spawned.ts';

const { servers } = sharedBroker();
const topics = new Topics(servers);
/** The same broker under another name. */
const otherwise = servers.replaceAll('127.0.0.1', 'localhost');
const pipe = (source: string[], destination: string[]): Promise<Finished> =>
  cli(['pipe', '--source', ...source, 'readFromBeginning=true', '--destination', ...destination]);

describe('pipe', () => {
  let topic: string;
  beforeAll(async () => {
    topic = uniqueName('loop');
    await topics.create(topic);
    const input = '{"operation":"create","payload":{"after":"YQ=="}}\n'.repeat(10);
    expect((await cli(['destination', '-q', '-c', `servers=${servers}`, '-c', `topic=${topic}`], { input })).code).toBe(0);
  });

  it.each([
    ['without a topic on its destination', () => [`servers=${servers}`]],
    ['to the topic that it reads', () => [`servers=${servers}`, `topic=${topic}`]],
    ['to the same cluster by another name', () => [`servers=${otherwise}`, `topic=${topic}`]],
    ['with a template that can be the topic that it reads', () => [`servers=${servers}`, `topic=loop{{ .Metadata.shop }}`]],
  ])('%s is refused at start, and writes nothing', async (_what, destination) => {
    const run = await pipe([`servers=${servers}`, `topics=${topic}`], destination());
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/^config\.invalid: .*the pipe would read its own output: source and destination are the same Kafka cluster/m);
    expect(run.err).toContain(`"${topic}"`);
    expect(await topics.count(topic)).toBe(10);
  });

  it('into a topic that the template keeps apart from those that it reads works', async () => {
    const run = await pipe(
      [`servers=${servers}`, `topics=${topic}`],
      [`servers=${servers}`, 'topic=copy.{{ index .Metadata "opencdc.collection" }}'],
    );
    expect(run).toMatchObject({ code: 0 });
    expect(await topics.count(`copy.${topic}`)).toBe(10);
  });
});
