/** A broker that is reached through an allowed server and advertises an address that the policy refuses. */
import net from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Net } from '../../host/net/net.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { createTopic, subject, type Subject } from './kafka-client.ts';

const { servers } = sharedBroker();
const [advertised = ''] = servers.split(',');
const sockets = new Set<net.Socket>();
let door: net.Server;
let doorPort = 0;

/** A door of its own to the broker, at an address that the broker does not advertise. */
beforeAll(async () => {
  const at = advertised.lastIndexOf(':');
  door = net
    .createServer((inside) => {
      const outside = net.connect({ host: advertised.slice(0, at), port: Number(advertised.slice(at + 1)) });
      for (const [from, to] of [[inside, outside] as const, [outside, inside] as const]) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => sockets.delete(from));
      }
    })
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => door.once('listening', resolve));
  doorPort = (door.address() as net.AddressInfo).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  door.close();
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

const DENIED = 'a connection to';
/** `isListed`: the advertised address is allowed. */
function behindTheDoor(isListed: () => boolean = () => false): Subject {
  const policy = ({ purpose }: { purpose: string }): string | null =>
    purpose === 'advertised' && !isListed() ? 'not a listed server' : null;
  return subject(`127.0.0.1:${doorPort}`, { net: new Net({ policy }) });
}

test.each([true, false])('fails the open of a consumer (from the beginning: %s)', async (fromBeginning) => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  await expect(behindTheDoor().consumer({ topics: [topic], group: 'g', fromBeginning })).rejects.toMatchObject({
    code: 'policy.denied',
    kind: 'permission-denied',
    message: `the policy denies the consumer of group "g" ${DENIED} ${advertised}, which a broker advertises: not a listed server`,
  });
});

test('ends a consumer at once that was open before', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  let isListed = true;
  const group = uniqueName('group');
  const consumer = await behindTheDoor(() => isListed).consumer({ topics: [topic], group });
  isListed = false;
  open.push(consumer);
  await expect(consumer.poll(10, 1_000, 10_000)).rejects.toMatchObject({
    code: 'policy.denied',
    message: expect.stringContaining(`${DENIED} ${advertised}`),
    fields: { purpose: 'advertised', asker: `consumer of group "${group}"` },
  });
});

test('fails the records of a producer, also of one that waits for ever', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  const kafka = behindTheDoor();
  const producer = await kafka.producer({ deliveryTimeoutMs: 0 });
  open.push(producer);
  const reason = { kind: 'permission-denied', text: expect.stringContaining(`the policy denies the producer ${DENIED} ${advertised}`) };
  expect(await producer.send([{ topic, records: section(numbered(2)) }])).toEqual([
    { index: 0, reason },
    { index: 1, reason },
  ]);
  expect(kafka.lines.filter(({ level, message }) => level === 'warn' && message.includes(DENIED))).toHaveLength(1);
});
