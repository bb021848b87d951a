import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { AdvertisedAddresses } from '../../../../host/kafka/kafkajs/advertised-addresses.ts';
import { Net } from '../../../../host/net/net.ts';

let lines: string[];
let addresses: AdvertisedAddresses;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  addresses = new AdvertisedAddresses();
  addresses.answered('boot', 9092);
});
afterEach(() => void vi.useRealTimers());

const log = (level: string, message: string): number => lines.push(`${level}: ${message}`);
const failure = (code: string) => Object.assign(new Error(code), { code });
const dial = (connect: () => Promise<unknown>, isWanted = () => true) => addresses.dial('inside', 9093, { log, isWanted, connect });
const fails = (code: string) =>
  dial(() => Promise.reject(failure(code))).then(
    () => 'connected',
    (error: Error) => error.message,
  );
const text = (reason: string) =>
  `the broker at boot:9092 advertises the address inside:9093, to which no connection can be made: ${reason}; check advertised.listeners of the brokers`;
const REFUSED = text('dial tcp inside:9093: connect: connection refused');
const UNKNOWN = text('dial tcp: lookup inside: no such host');

test('a failure is logged once, again when its reason changes, and its end once', async () => {
  expect(await fails('ECONNREFUSED')).toBe(REFUSED);
  expect(await fails('ECONNREFUSED')).toBe(REFUSED);
  expect(await fails('ENOTFOUND')).toBe(UNKNOWN);
  expect(addresses.problem).toBe(UNKNOWN);
  await dial(async () => 'socket');
  await dial(async () => 'socket');
  expect(addresses.problem).toBeNull();
  expect(lines).toEqual([`warn: ${REFUSED}`, `warn: ${UNKNOWN}`, 'info: connected to inside:9093']);
});

test('a dial without an answer is told of before it is over, and not again when it is', async () => {
  const late = Promise.withResolvers<unknown>();
  const dialling = dial(() => late.promise).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  const slow = text('dial tcp inside:9093: i/o timeout');
  expect(lines).toEqual([`warn: ${slow}`]);
  late.reject(failure('ETIMEDOUT'));
  expect(await dialling).toBe(slow);
  expect(lines).toHaveLength(1);
});

test('reasons that alternate are told once each, however many tries and servers there are', async () => {
  for (let tries = 0; tries < 3; tries++) {
    await fails('ECONNREFUSED');
    await fails('ENOTFOUND');
    addresses.answered(`boot${tries}`, 9092);
  }
  expect(lines).toEqual([`warn: ${REFUSED}`, expect.stringMatching(/no such host/)]);
});

test('a failure of an address that was connected to before keeps its words, and is not told of', async () => {
  await dial(async () => 'socket');
  expect(await fails('ECONNREFUSED')).toBe('ECONNREFUSED');
  expect([lines, addresses.problem]).toEqual([[], null]);
});

test('what nobody waits for, and what the policy refuses, say nothing of an address', async () => {
  const given = dial(
    () => Promise.reject(failure('ECONNRESET')),
    () => false,
  );
  await expect(given).rejects.toThrow(/^ECONNRESET$/);
  const denied = new ConnectorError('policy.denied', 'no');
  await expect(dial(() => Promise.reject(denied))).rejects.toBe(denied);
  expect([lines, addresses.problem]).toEqual([[], null]);
});

test('an old failure explains no error of now', async () => {
  await fails('ECONNREFUSED');
  await vi.advanceTimersByTimeAsync(61_000);
  expect(addresses.problem).toBeNull();
});

test('the clients of one network and the same servers share what they learn, others do not', () => {
  const net = new Net();
  expect(AdvertisedAddresses.of(net, ['a:1', 'b:2'])).toBe(AdvertisedAddresses.of(net, ['a:1', 'b:2']));
  expect(AdvertisedAddresses.of(net, ['a:1'])).not.toBe(AdvertisedAddresses.of(net, ['b:2']));
  expect(AdvertisedAddresses.of(new Net(), ['a:1'])).not.toBe(AdvertisedAddresses.of(net, ['a:1']));
});
