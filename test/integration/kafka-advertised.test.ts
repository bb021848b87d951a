/** A broker whose `advertised.listeners` names an address that this machine cannot reach. */
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { cli } from '../unit/cli/spawned.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { sleep } from '../support/wait.ts';
import { createTopic, logged, subject } from './kafka-client.ts';
import { advertisingDoor, blackHole, refusingPort, type Door } from '../support/advertising-door.ts';

const [broker = ''] = sharedBroker().servers.split(',');
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function doorTo(target: { host: string; port: number; close?(): unknown }): Promise<Door> {
  if (target.close !== undefined) open.push({ close: () => target.close?.() });
  const door = await advertisingDoor(broker, target);
  open.push(door);
  return door;
}

const KINDS: [string, () => Promise<{ host: string; port: number }>, RegExp][] = [
  ['a name that nobody knows', async () => ({ host: 'nosuch-broker.invalid', port: 9092 }), /lookup nosuch-broker\.invalid: /],
  ['a port that refuses', refusingPort, /connection refused/],
  ['a port that does not answer', blackHole, /i\/o timeout/],
];

describe.each(KINDS)('an advertised listener at %s', (_kind, target, reason) => {
  const expected = async () => {
    const at = await target();
    const door = await doorTo(at);
    const text = `the broker at ${door.address} advertises the address ${at.host}:${at.port}, to which no connection can be made: `;
    return { door, text };
  };

  test('is told by a producer, once, and in the error of its records', async () => {
    const topic = uniqueName('advertised');
    await createTopic(sharedBroker().servers, topic);
    const { door, text } = await expected();
    const kafka = subject(door.address);
    const producer = await kafka.producer({ deliveryTimeoutMs: 6_000 });
    open.push(producer);
    const failures = producer.send([{ topic, records: section(numbered(1)) }]);
    const line = await logged(kafka.lines, ({ level, message }) => level === 'warn' && message.startsWith(text), 15_000);
    expect(line.message).toMatch(reason);
    expect(line.message).toMatch(/; check advertised\.listeners of the brokers$/);
    expect(await failures).toEqual([{ index: 0, reason: { kind: 'unavailable', text: expect.stringContaining(line.message) } }]);
    await sleep(1_000);
    expect(kafka.lines.filter(({ message }) => message.startsWith(text))).toEqual([line]);
  });

  test('is told by a consumer, once, and in its error', async () => {
    const topic = uniqueName('advertised');
    await createTopic(sharedBroker().servers, topic);
    const { door, text } = await expected();
    const kafka = subject(door.address);
    const opening = kafka.consumer({ topics: [topic], group: uniqueName('group'), fromBeginning: false });
    opening.then((consumer) => open.push(consumer)).catch(() => undefined);
    const line = await logged(kafka.lines, ({ level, message }) => level === 'warn' && message.startsWith(text), 15_000);
    expect(line.message).toMatch(reason);
    await expect(opening).rejects.toMatchObject({ code: 'kafka.unreachable', message: expect.stringContaining(line.message) });
    expect(kafka.lines.filter(({ message }) => message.startsWith(text))).toEqual([line]);
  });
});

test('the command line names both addresses, in source, destination and pipe', async () => {
  const topic = uniqueName('advertised');
  await createTopic(sharedBroker().servers, topic);
  const door = await doorTo({ host: 'nosuch-broker.invalid', port: 9092 });
  const text = `the broker at ${door.address} advertises the address nosuch-broker.invalid:9092, to which no connection can be made: `;
  const servers = `servers=${door.address}`;
  const input = `${JSON.stringify({ operation: 'create', payload: { after: { id: 1 } } })}\n`;
  const [source, destination, pipe] = await Promise.all([
    cli(['source', '-q', '-c', servers, '-c', `topics=${topic}`]),
    cli(['destination', '-q', '-c', servers, '-c', `topic=${topic}`, '-c', 'deliveryTimeout=5s'], { input }),
    cli(['pipe', '-q', '--source', servers, `topics=${topic}`, '--destination', servers, `topic=${topic}`]),
  ]);
  for (const { err } of [source, destination, pipe]) {
    expect(err).toContain(text);
    expect(err).toContain('advertised.listeners');
  }
  expect([source.code, destination.code, pipe.code]).toEqual([3, 1, 3]);
});

test('a listener that was reached before is not called wrongly advertised when its broker is down', async () => {
  const topic = uniqueName('advertised');
  await createTopic(sharedBroker().servers, topic);
  const here = { host: '127.0.0.1', port: 0 };
  const advertised = await advertisingDoor(broker, here);
  here.port = Number(advertised.address.split(':')[1]);
  const door = await doorTo(here);
  const kafka = subject(door.address);
  const producer = await kafka.producer({ deliveryTimeoutMs: 3_000 });
  open.push(producer);
  expect(await producer.send([{ topic, records: section(numbered(1)) }])).toEqual([]);
  advertised.close();
  const [failure] = await producer.send([{ topic, records: section(numbered(1)) }]);
  expect(failure?.reason.text).toContain('ECONNREFUSED');
  expect(kafka.lines.filter(({ message }) => message.includes('advertised.listeners'))).toEqual([]);
});
