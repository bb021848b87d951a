import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { countFrames } from '../../../host/conduit/frames.ts';
import type { DestinationConnector } from '../../../host/runtime/destination.ts';
import { destinationRig, recordsOf, type RigOptions } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';

const open: DestinationConnector[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connector) => connector.teardown()));
});

async function opened(kafka: FakeKafka, options: RigOptions = {}) {
  const rig = await destinationRig(kafka, options);
  open.push(rig.connector);
  await rig.connector.open();
  return { ...rig, destination: rig.connector };
}

describe.each(['inline', 'worker'] as const)('a destination, %s', (placement) => {
  test('answers every record of a write', async () => {
    const { destination, kafka } = await opened(new FakeKafka(), { placement });
    expect(countFrames(await destination.write(recordsOf(7)))).toBe(7);
    expect(Buffer.from(kafka.sent[0]!.records.records)).toEqual(Buffer.from(recordsOf(7)));
  });

  test('does one write after the other', async () => {
    const { destination, kafka } = await opened(new FakeKafka(), { placement });
    const answers = await Promise.all([1, 2, 3].map((count) => destination.write(recordsOf(count))));
    expect(answers.map(countFrames)).toEqual([1, 2, 3]);
    expect(kafka.calls).toEqual(['open producer', 'send 1', 'send 2', 'send 3']);
    expect(kafka.mostInFlight).toBe(1);
  });

  test('leaves the bytes of the caller as they are', async () => {
    const { destination } = await opened(new FakeKafka(), { placement });
    const records = new Uint8Array(recordsOf(3));
    await destination.write(records);
    expect(Buffer.from(records)).toEqual(Buffer.from(recordsOf(3)));
  });

  test('repeats a write that failed for now, and says so', async () => {
    const kafka = new FakeKafka();
    kafka.faults.send.push(new ConnectorError('kafka.unreachable', 'no leader'), new ConnectorError('kafka.timeout', 'no answer'));
    const { destination, hostLines } = await opened(kafka, { placement });
    expect(countFrames(await destination.write(recordsOf(2)))).toBe(2);
    expect(kafka.calls).toEqual(['open producer', 'send 2', 'send 2', 'send 2']);
    expect(hostLines.map((line) => line.message)).toEqual([
      'writing failed, next attempt in 10 ms: no leader',
      'writing failed, next attempt in 20 ms: no answer',
    ]);
  });

  test('gives a write up after a number of attempts, with the error of the last one, and takes the next', async () => {
    const kafka = new FakeKafka();
    for (let i = 1; i <= 3; i++) kafka.faults.send.push(new ConnectorError('kafka.unreachable', `no leader ${i}`));
    const { destination } = await opened(kafka, { placement, limits: { writeAttempts: 3 } });
    await expect(destination.write(recordsOf(2))).rejects.toMatchObject({ code: 'kafka.unreachable', message: 'no leader 3' });
    expect(countFrames(await destination.write(recordsOf(1)))).toBe(1);
  });

  test('does not repeat a write that cannot succeed', async () => {
    const kafka = new FakeKafka();
    kafka.faults.send.push(new ConnectorError('policy.denied', 'not this topic'));
    const { destination } = await opened(kafka, { placement });
    await expect(destination.write(recordsOf(2))).rejects.toMatchObject({ code: 'policy.denied', message: 'not this topic' });
    expect(kafka.calls.filter((call) => call.startsWith('send'))).toHaveLength(1);
  });

  test('replaces a guest that fails once, and repeats the write', async () => {
    const kafka = new FakeKafka();
    kafka.faults.send.push(new TypeError('a bug of the host'));
    const { destination, hostLines } = await opened(kafka, { placement });
    expect(countFrames(await destination.write(recordsOf(5)))).toBe(5);
    expect(kafka.calls).toEqual(['open producer', 'send 5', 'open producer', 'send 5']);
    expect(kafka.openProducers).toBe(1);
    expect(hostLines[0]!.message).toMatch(
      /^writing failed, the guest is replaced and the write repeated in 10 ms: the host failed in producer.send/,
    );
  });

  test.each([
    ['trap after send', 'write', /the guest trapped in destination.write/],
    ['too few acks', 'write', /write was given 3 records and returned 2 acks/],
    ['garbage', 'write', /write returned data that is no Destination.Run.Response/],
    ['grow', 'write', /memory is full/],
  ])('gives up a guest that always misbehaves (%s)', async (behaviour, at, text) => {
    const { destination, kafka } = await opened(new FakeKafka(), { placement, limits: { restarts: 2 }, config: { behaviour, at } });
    const error = await destination.write(recordsOf(3)).catch((thrown: unknown) => thrown as ConnectorError);
    expect(error).toMatchObject({ code: 'guest.restarts', message: expect.stringMatching(text) });
    expect(kafka.openProducers).toBe(0);
  });

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['bytes that are no request', Buffer.from([1, 2, 3])],
  ])('refuses a write of %s', async (_, bytes) => {
    const { destination, kafka } = await opened(new FakeKafka(), { placement });
    await expect(destination.write(bytes)).rejects.toMatchObject({ code: 'input.invalid' });
    expect(kafka.calls).toEqual(['open producer']);
  });

  test('refuses a write over the limit before the guest sees it', async () => {
    const { destination, kafka } = await opened(new FakeKafka(), { placement, limits: { writeBytes: 100 } });
    await expect(destination.write(recordsOf(100))).rejects.toMatchObject({ code: 'limit.exceeded' });
    expect(kafka.calls).toEqual(['open producer']);
  });

  test('finishes the write in flight before stop and teardown are over', async () => {
    const kafka = new FakeKafka();
    let release = (): void => undefined;
    kafka.gates.send = new Promise((resolve) => (release = resolve));
    const { destination } = await opened(kafka, { placement });
    const done: string[] = [];
    const write = destination.write(recordsOf(1)).then(() => done.push('write'));
    const stop = destination.stop().then(() => done.push('stop'));
    const teardown = destination.teardown().then(() => done.push('teardown'));
    setTimeout(release, 50);
    await Promise.all([write, stop, teardown]);
    expect(done).toEqual(['write', 'stop', 'teardown']);
    expect(kafka.openProducers).toBe(0);
  });

  test('tears down in time when a write never ends', async () => {
    const kafka = new FakeKafka();
    kafka.gates.send = new Promise(() => undefined);
    const { destination } = await opened(kafka, { placement, limits: { teardownMs: 300 } });
    const write = destination.write(recordsOf(1)).catch((thrown: unknown) => thrown as ConnectorError);
    await destination.teardown();
    expect(await write).toMatchObject({ code: 'cancelled' });
    expect(kafka.openProducers).toBe(0);
  });

  test('tears down in any state, any number of times', async () => {
    const { connector } = await destinationRig(new FakeKafka(), { placement });
    await Promise.all([connector.teardown(), connector.teardown()]);
    await connector.teardown();
    await expect(connector.open()).rejects.toMatchObject({ code: 'internal', message: 'open was called while the connector is torn down' });
    await expect(connector.write(recordsOf(1))).rejects.toMatchObject({ code: 'cancelled' });
  });
});
