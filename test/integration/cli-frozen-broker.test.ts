import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { Topics } from '../support/topics.ts';
import { expectSoon, sleep } from '../support/wait.ts';
import { Cli } from '../unit/cli/spawned.ts';

/** Records are in the log before the producer has the broker's answer. */
const CONFIRMED_MS = 1_000;
const TIMEOUT = 'deliveryTimeout=4s';
const record = (n: number): string => `${JSON.stringify({ operation: 'create', payload: { after: { id: n } } })}\n`;
const records = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, n) => record(from + n)).join('');

// A cluster at KAFKA_SERVERS is not ours to freeze.
describe.skipIf(brokersAreNotOurs !== null)(`a broker that freezes and wakes later${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  let topics: Topics;

  beforeAll(async () => {
    broker = await startBroker();
    topics = new Topics(broker.servers);
  });
  afterAll(() => broker.close());

  it('leaves the outcome of records unknown, as destination says, line by line and at its end', async () => {
    const topic = uniqueName('frozen');
    await topics.create(topic);
    const run = new Cli(['destination', '--json', '-c', `servers=${broker.servers}`, '-c', `topic=${topic}`, '-c', TIMEOUT]);
    run.process.stdin.write(records(1, 5));
    await expectSoon(() => topics.count(topic)).toBe(5);
    await sleep(CONFIRMED_MS);
    await broker.freeze();
    run.process.stdin.end(records(6, 10));
    const { code, err, out } = await run.done;
    await broker.thaw();
    expect(err).toContain('lines 6 to 10: failed to produce record: outcome unknown, perhaps written: ');
    expect(err).not.toMatch(/not written/);
    expect(JSON.parse(out)).toMatchObject({
      result: { records: 5, failed: 5, unknown: 5 },
      error: { code: 'kafka.timeout', message: expect.stringContaining('the outcome of 5 of 10 records is unknown') },
    });
    expect(code).toBe(1);
    // When the broker wakes, it handles the requests that were in its sockets.
    await expectSoon(() => topics.count(topic)).toBe(10);
  });

  it.each(['stop', 'skip'])(
    'leaves the outcome of a record unknown, as pipe says, which ends there with --on-error %s',
    async (onError) => {
      const { servers } = sharedBroker();
      const from = new Topics(servers);
      const [topic, copy, group] = [uniqueName('frozen'), uniqueName('frozen'), uniqueName('group')];
      await from.create(topic);
      await topics.create(copy);
      await from.fill(topic, 1, () => Buffer.from('before'));
      const side = [`servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true', `groupID=${group}`, 'commitOffsetsSize=1'];
      const run = new Cli([
        'pipe',
        '--json',
        '--on-error',
        onError,
        '--source',
        ...side,
        '--follow',
        '--destination',
        `servers=${broker.servers}`,
        `topic=${copy}`,
        TIMEOUT,
      ]);
      await expectSoon(() => topics.count(copy)).toBe(1);
      await broker.freeze();
      await from.fill(topic, 5, () => Buffer.from('after'), 1);
      const { code, out } = await run.done;
      await broker.thaw();
      expect(JSON.parse(out)).toMatchObject({
        result: { records: 1 },
        error: {
          code: 'kafka.timeout',
          message: expect.stringMatching(/"Offset":1\}: failed to produce record: outcome unknown, perhaps written: /),
        },
      });
      expect(code).toBe(1);
      await expectSoon(() => topics.count(copy)).toBe(6);
      expect(await from.committed(group, topic)).toBe(1);
    },
  );
});
