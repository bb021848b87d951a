// The first release's own tests of its configuration, with the rules of today
// where both disagree: see docs/configuration.md.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Guest, problemsOf, startGuest } from '../support/guest.ts';

let guest: Guest;
beforeEach(async () => {
  guest = await startGuest();
});

const REQUIRED = { servers: 'localhost:9092', topic: 'orders' };
const reasons = async (side: 'source' | 'destination', config: Record<string, string>) =>
  (await problemsOf(guest, side, config)).map((p) => p.reason);
const tlsOf = async (config: Record<string, string>) => {
  expect(await reasons('destination', { ...REQUIRED, ...config })).toEqual([]);
  await guest.destination.open();
  return guest.world.last('producer.open').connection.tls;
};
const acksOf = async (acks: string) => {
  expect(await reasons('destination', { ...REQUIRED, acks })).toEqual([]);
  await guest.destination.open();
  return guest.world.last('producer.open').options.acks;
};

describe('required settings', () => {
  test('an empty configuration is refused', async () => {
    expect(await reasons('source', {})).toEqual([
      'error validating "servers": required parameter is not provided',
      'error validating "topics": required parameter is not provided',
    ]);
    expect(await reasons('destination', {})).toEqual(['error validating "servers": required parameter is not provided']);
  });
  test('a configuration with only an unrelated setting is refused', async () => {
    expect(await reasons('destination', { unrelated: 'x' })).toEqual([
      '"unrelated": unrecognized parameter',
      'error validating "servers": required parameter is not provided',
    ]);
  });
  test('an empty element of servers is named by its index', async () => {
    expect(await reasons('destination', { ...REQUIRED, servers: 'host1:1111,,host2:2222' })).toEqual(['invalid servers: empty 2. server']);
  });
  test('servers of blanks has an empty first element', async () => {
    expect(await reasons('destination', { ...REQUIRED, servers: '     ' })).toEqual(['invalid servers: empty 1. server']);
  });
  test('servers without a topic is refused on a source', async () => {
    expect(await reasons('source', { servers: 'localhost:9092' })).toEqual([
      'error validating "topics": required parameter is not provided',
    ]);
  });
  test('servers and topic are enough', async () => {
    expect(await reasons('source', REQUIRED)).toEqual([]);
    await guest.source.open(undefined);
    const { connection, options } = guest.world.last('consumer.open');
    expect(connection.servers).toEqual(['localhost:9092']);
    expect(options.topics).toEqual(['orders']);
  });
  test('a destination without servers is refused, one without a topic takes it from the collection', async () => {
    expect(await reasons('destination', { topic: 'orders' })).toEqual(['error validating "servers": required parameter is not provided']);
    expect(await reasons('destination', { servers: 'localhost:9092' })).toEqual([]);
  });
  test.each(['source', 'destination'] as const)(
    'an empty and an irrelevant configuration of a %s are refused with a reason for each setting',
    async (side) => {
      for (const config of [{}, { irrelevant: 'x' }]) {
        const problems = await problemsOf(guest, side, config as Record<string, string>);
        expect(problems.map((p) => p.name)).toContain('servers');
        for (const p of problems) expect(p.reason).toContain(`"${p.name}"`);
      }
    },
  );
});

describe('TLS', () => {
  test('caCert alone is valid and turns TLS on', async () => {
    expect(await tlsOf({ caCert: 'ref:ca' })).toEqual({
      clientCertRef: '',
      clientKeyRef: '',
      clientKeyPasswordRef: '',
      caCertRef: 'ref:ca',
      insecureSkipVerify: false,
    });
  });
  test('clientCert and clientKey alone are valid and turn TLS on', async () => {
    expect(await tlsOf({ clientCert: 'ref:cert', clientKey: 'ref:key' })).toEqual({
      clientCertRef: 'ref:cert',
      clientKeyRef: 'ref:key',
      clientKeyPasswordRef: '',
      caCertRef: '',
      insecureSkipVerify: false,
    });
  });
  test('a certificate without its key is refused', async () => {
    expect(await reasons('source', { ...REQUIRED, clientCert: 'ref:cert' })).toEqual([
      'invalid TLS config: client TLS configuration incomplete, clientKey is missing',
    ]);
  });
  test('a key without its certificate is refused', async () => {
    expect(await reasons('source', { ...REQUIRED, clientKey: 'ref:key' })).toEqual([
      'invalid TLS config: client TLS configuration incomplete, clientCert is missing',
    ]);
  });
  test('insecureSkipVerify is false by default', async () => {
    expect((await tlsOf({ clientCert: 'ref:cert', clientKey: 'ref:key', caCert: 'ref:ca' }))?.insecureSkipVerify).toBe(false);
  });
  test('insecureSkipVerify=true is passed on', async () => {
    expect((await tlsOf({ caCert: 'ref:ca', insecureSkipVerify: 'true' }))?.insecureSkipVerify).toBe(true);
  });
  test('blanks around insecureSkipVerify are trimmed, as Conduit does today; what is no boolean is refused', async () => {
    expect((await tlsOf({ caCert: 'ref:ca', insecureSkipVerify: '     true' }))?.insecureSkipVerify).toBe(true);
    expect(await reasons('source', { ...REQUIRED, insecureSkipVerify: 'yes' })).toEqual([
      'error validating "insecureSkipVerify": "yes" value is not a boolean: invalid parameter type, expected true or false',
    ]);
  });
});

describe('writing', () => {
  test('a deliveryTimeout that is no duration is refused', async () => {
    expect(await reasons('destination', { ...REQUIRED, deliveryTimeout: 'nope, no integer here' })).toEqual([
      'error validating "deliveryTimeout": "nope, no integer here" value is not a duration: invalid parameter type, expected numbers with units, such as 500ms, 10s or 1m30s',
    ]);
  });
  test('a deliveryTimeout of 0ms means no limit, as in the official connector today', async () => {
    expect(await reasons('destination', { ...REQUIRED, deliveryTimeout: '0ms' })).toEqual([]);
    await guest.destination.open();
    expect(guest.world.last('producer.open').options.deliveryTimeoutMs).toBe(0);
  });
  test('every setting of the first release is understood', async () => {
    const config = {
      ...REQUIRED,
      acks: 'all',
      deliveryTimeout: '1s2ms',
      readFromBeginning: 'true',
      clientCert: 'ref:cert',
      clientKey: 'ref:key',
      caCert: 'ref:ca',
      insecureSkipVerify: 'true',
    };
    expect(await reasons('destination', config)).toEqual([]);
    await guest.destination.open();
    const produced = guest.world.last('producer.open');
    expect(produced.options).toMatchObject({ acks: 'all', deliveryTimeoutMs: 1002 });
    expect(produced.connection.tls).toEqual({
      clientCertRef: 'ref:cert',
      clientKeyRef: 'ref:key',
      clientKeyPasswordRef: '',
      caCertRef: 'ref:ca',
      insecureSkipVerify: true,
    });
    expect(await reasons('source', config)).toEqual([]);
    await guest.source.open(undefined);
    const consumed = guest.world.last('consumer.open');
    expect(consumed.options).toMatchObject({ topics: ['orders'], fromBeginning: true });
    expect(consumed.connection).toEqual(produced.connection);
  });
  test.each([
    ['first release', '', 'all'],
    ['first release', 'none', 'none'],
    ['first release', '0', 'none'],
    ['first release', 'one', 'leader'],
    ['first release', '1', 'leader'],
    ['first release', 'all', 'all'],
    ['today', '-1', 'all'],
  ])('%s: acks "%s" are %s', async (_release, given, expected) => {
    expect(await acksOf(given)).toBe(expected);
  });
  test('other acks are refused', async () => {
    expect(await reasons('destination', { ...REQUIRED, acks: 'qwerty' })).toEqual([
      'error validating "acks": "qwerty" value must be included in the list [none,one,all,0,1,-1]: inclusion validation failed',
    ]);
  });
  test('settings of the other side are accepted and say in the log that they have no effect', async () => {
    expect(await reasons('source', { ...REQUIRED, acks: 'qwerty', deliveryTimeout: 'never' })).toEqual([]);
    expect(await reasons('destination', { ...REQUIRED, readFromBeginning: 'perhaps' })).toEqual([]);
    expect(guest.world.logs.map((l) => l.message)).toEqual(
      expect.arrayContaining([
        '"acks" has no effect on a source',
        '"deliveryTimeout" has no effect on a source',
        '"readFromBeginning" has no effect on a destination',
      ]),
    );
  });
});
