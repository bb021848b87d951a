import { createServer as createTlsServer, createSecureContext, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Dialer, DialerOptions } from '../../../host/net/dialer.ts';
import { Net, type NetOptions } from '../../../host/net/net.ts';
import type { DialPolicy } from '../../../host/net/policy.ts';
import { makeCertificates, type Certificates } from '../../support/broker/certificates.ts';
import { ELSEWHERE, HERE, Peers } from './peers.ts';
import { SPELLINGS_OF_LOOPBACK } from './spellings.ts';

const peers = new Peers();
const dialers: Dialer[] = [];
const closes: (() => void)[] = [];
afterEach(async () => {
  for (const dialer of dialers.splice(0)) dialer.destroy(new Error('the test is over'));
  for (const close of closes.splice(0)) close();
  await peers.close();
  vi.useRealTimers();
});

/** A dialer, the questions to its policy and its resolver, and its log lines. */
function dialing(
  given: { refuse?: (host: string, address: string | null) => string | null; answers?: string[] } & NetOptions = {},
  tls: DialerOptions['tls'] = null,
) {
  const { refuse, answers, ...options } = given;
  const asked: string[] = [];
  const looked: string[] = [];
  const lines: string[] = [];
  const policy: DialPolicy = ({ host, port, address }) => {
    asked.push(`${host}:${port} ${address}`);
    return refuse?.(host, address) ?? null;
  };
  const net = new Net({
    policy,
    resolve: async (name) => {
      looked.push(name);
      return answers ?? [];
    },
    ...options,
  });
  const dialer = net.dialer({ asker: 'producer', log: (level, line) => lines.push(`${level}: ${line}`), tls });
  dialers.push(dialer);
  const connect = (host: string, port: number) => dialer.connect({ host, port, purpose: 'advertised' });
  return { dialer, connect, asked, looked, lines };
}

describe('a name', () => {
  test('is asked about before it is looked up, then each address, and what was checked is dialled', async () => {
    const { port, open } = await peers.listen();
    const { connect, asked, looked } = dialing({ answers: [HERE] });
    const socket = await connect('Kafka.Example.', port);
    expect(asked).toEqual([`kafka.example:${port} null`, `kafka.example:${port} ${HERE}`]);
    expect(looked).toEqual(['kafka.example.']);
    expect(socket.remoteAddress).toBe(HERE);
    await vi.waitFor(() => expect(open()).toBe(1));
  });

  test('that is refused is neither looked up nor dialled', async () => {
    const { port, sockets } = await peers.listen();
    const { dialer, connect, looked, lines } = dialing({ answers: [HERE], refuse: () => 'not on the list' });
    const text = `the policy denies the producer a connection to kafka.example:${port}, which a broker advertises: not on the list`;
    for (let i = 0; i < 2; i++)
      await expect(connect('kafka.example', port)).rejects.toMatchObject({ code: 'policy.denied', message: text });
    expect(looked).toEqual([]);
    expect(sockets).toEqual([]);
    expect(lines).toEqual([`warn: ${text}`]);
    expect(dialer.failure('kafka.example', port)).toMatchObject({ code: 'policy.denied' });
  });

  test('with a good and a refused address is dialled at the good one only, and the log names the other', async () => {
    const here = await peers.listen(HERE);
    const elsewhere = await peers.listen(ELSEWHERE, here.port);
    const { connect, lines } = dialing({
      answers: [ELSEWHERE, HERE],
      refuse: (_, address) => (address === ELSEWHERE ? 'a private address' : null),
    });
    expect((await connect('kafka.example', here.port)).remoteAddress).toBe(HERE);
    expect(elsewhere.sockets).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(ELSEWHERE);
  });

  test('all of whose addresses are refused is denied with the address, the name and who asked', async () => {
    const { port, sockets } = await peers.listen();
    const { connect } = dialing({ answers: [HERE], refuse: (_, address) => (address === null ? null : 'a loopback address') });
    await expect(connect('kafka.example', port)).rejects.toMatchObject({
      code: 'policy.denied',
      message: `the policy denies the producer a connection to ${HERE}:${port} (kafka.example), which a broker advertises: a loopback address`,
      fields: { host: 'kafka.example', address: HERE, port: String(port), purpose: 'advertised', asker: 'producer' },
    });
    expect(sockets).toEqual([]);
  });

  test('is looked up once: an answer that changes after the check changes nothing', async () => {
    const { port } = await peers.listen();
    let lookups = 0;
    const { connect } = dialing({ resolve: async () => (++lookups === 1 ? [HERE] : ['127.0.0.9']) });
    expect((await connect('rebinding.example', port)).remoteAddress).toBe(HERE);
    expect(lookups).toBe(1);
  });

  test('whose answer is another name is not dialled', async () => {
    const { port, sockets } = await peers.listen();
    const { connect } = dialing({ answers: ['localhost', '2130706433'] });
    await expect(connect('kafka.example', port)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(sockets).toEqual([]);
  });

  test('whose answer is IPv4 within IPv6 is checked as IPv4', async () => {
    const { port } = await peers.listen();
    const { connect, asked } = dialing({ answers: ['::ffff:7f00:1'] });
    await connect('kafka.example', port);
    expect(asked.at(-1)).toBe(`kafka.example:${port} ${HERE}`);
  });

  test('of the system is found by the system', async () => {
    const { port } = await peers.listen();
    const dialer = new Net().dialer({ asker: 'test', log: () => undefined });
    dialers.push(dialer);
    const socket = await dialer.connect({ host: 'localhost', port, purpose: 'server' });
    expect(socket.remotePort).toBe(port);
    await expect(dialer.connect({ host: 'no-such-host.invalid', port, purpose: 'server' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
  });
});

describe('an IP address', () => {
  test.each(SPELLINGS_OF_LOOPBACK)('spelled %s is checked as 127.0.0.1, dialled as that, and never looked up', async (spelling) => {
    const { port, sockets } = await peers.listen();
    const allowed = dialing();
    expect((await allowed.connect(spelling, port)).remoteAddress).toBe(HERE);
    expect(allowed.asked).toEqual([`${HERE}:${port} null`, `${HERE}:${port} ${HERE}`]);
    expect(allowed.looked).toEqual([]);

    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    const refused = dialing({ refuse: (_, address) => (address === HERE ? 'a loopback address' : null) });
    await expect(refused.connect(spelling, port)).rejects.toMatchObject({ code: 'policy.denied', fields: { address: HERE } });
    expect(sockets).toHaveLength(1);
  });

  test('is verified over TLS as that address, without a server name', async () => {
    const { server } = certificates;
    const { port, names } = await tlsPeer(server);
    const { connect } = dialing({}, { secureContext: trusting(certificates.client.caCert) });
    await connect('0x7f.1', port);
    await vi.waitFor(() => expect(names).toEqual([false]));
  });
});

describe('a policy', () => {
  test('may take its time', async () => {
    const { port } = await peers.listen();
    const policy: DialPolicy = ({ address }) =>
      new Promise((resolve) => setTimeout(resolve, 10, address === null ? null : 'thought about it'));
    await expect(dialing({ policy }).connect(HERE, port)).rejects.toMatchObject({
      code: 'policy.denied',
      message: expect.stringContaining('thought about it'),
    });
  });

  test('that fails refuses', async () => {
    const { port, sockets } = await peers.listen();
    const policy: DialPolicy = () => {
      throw new TypeError('a mistake');
    };
    await expect(dialing({ policy }).connect(HERE, port)).rejects.toMatchObject({
      code: 'policy.denied',
      message: expect.stringContaining('the policy could not be asked: a mistake'),
    });
    expect(sockets).toEqual([]);
  });
});

describe('of several addresses', () => {
  test('the second one is taken when the first refuses the connection', async () => {
    const { port } = await peers.listen();
    expect((await dialing({ answers: [ELSEWHERE, HERE] }).connect('kafka.example', port)).remoteAddress).toBe(HERE);
  });

  test('the second one is taken when the first never answers', async () => {
    const port = await peers.dead();
    await peers.listen(HERE, port);
    const { connect, dialer } = dialing({ answers: [ELSEWHERE, HERE] });
    const socket = await connect('kafka.example', port);
    expect(socket.remoteAddress).toBe(HERE);
    expect(dialer.failure('kafka.example', port)).toBeUndefined();
  });

  test('that all fail each is named, and the code is that of the first', async () => {
    const { port } = await peers.listen();
    await peers.close();
    const error = (await dialing({ answers: [ELSEWHERE, HERE] })
      .connect('kafka.example', port)
      .catch((reason: unknown) => reason)) as NodeJS.ErrnoException;
    expect(error.code).toBe('ECONNREFUSED');
    for (const address of [ELSEWHERE, HERE]) expect(error.message).toContain(address);
  });
});

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
const trusting = (ca: string) => createSecureContext({ ca: [ca] });

/** A TLS server: the names that clients asked for, and what they sent. */
async function tlsPeer({ cert, key }: { cert: string; key: string }) {
  const names: (string | false | null)[] = [];
  const received: string[] = [];
  const server = createTlsServer({ cert, key }, (socket: TLSSocket) => {
    names.push(socket.servername);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => received.push(chunk.toString()));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, HERE);
  closes.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as { port: number }).port, names, received };
}

describe('over TLS', () => {
  test('the peer is verified by the name that was asked for, whatever address it has', async () => {
    const { port, names, received } = await tlsPeer(certificates.misnamedServer);
    const tls = { secureContext: trusting(certificates.client.caCert) };
    const socket = await dialing({ answers: [HERE] }, tls).connect('Elsewhere.Example.', port);
    socket.write('hello');
    await vi.waitFor(() => expect(received).toEqual(['hello']));
    expect(names).toEqual(['elsewhere.example']);
  });

  test.each([
    ['has a certificate of another name', 'other.example', 'caCert', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['has a certificate of another authority', 'elsewhere.example', 'otherCaCert', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('a peer that %s gets not one byte', async (_, host, ca, code) => {
    const { port, received } = await tlsPeer(certificates.misnamedServer);
    const tls = { secureContext: trusting(certificates.client[ca]) };
    const connecting = dialing({ answers: [HERE] }, tls).connect(host, port);
    // Written the moment that there is a socket, as kafkajs does.
    const written = connecting.then((socket) => socket.write('a password'));
    await expect(written).rejects.toMatchObject({ code });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).toEqual([]);
  });

  test('the options of a connection can name no other host to verify', async () => {
    const { port } = await tlsPeer(certificates.misnamedServer);
    const tls = { secureContext: trusting(certificates.client.caCert), servername: 'elsewhere.example', host: 'elsewhere.example' };
    await expect(dialing({ answers: [HERE] }, tls).connect('other.example', port)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});

describe('a dial ends with its dialer while', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const port = 1;
  test.each([
    ['the policy thinks', (): Dialer => dialing({ policy: never }).dialer, async (): Promise<number> => port],
    ['the name is looked up', (): Dialer => dialing({ resolve: never }).dialer, async (): Promise<number> => port],
    ['the address does not answer', (): Dialer => dialing({ answers: [ELSEWHERE] }).dialer, () => peers.dead()],
    ['the peer does not speak TLS', (): Dialer => dialing({ answers: [HERE] }, {}).dialer, async () => (await peers.listen()).port],
  ] as const)('%s', async (_, make, at) => {
    const dialer = make();
    const connecting = dialer.connect({ host: 'kafka.example', port: await at(), purpose: 'server' });
    connecting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    dialer.destroy(new Error('over'));
    await expect(connecting).rejects.toThrow('over');
    await expect(dialer.connect({ host: HERE, port: 1, purpose: 'server' })).rejects.toThrow('over');
  });

  test('it is wanted no more, and the dialer lives on', async () => {
    const peer = await peers.listen();
    const { dialer, connect } = dialing({ resolve: never });
    const abort = new AbortController();
    const connecting = dialer.connect({ host: 'kafka.example', port, purpose: 'server' }, abort.signal);
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await connect(HERE, peer.port)).remotePort).toBe(peer.port);
  });
});

test('a dial is over after ten seconds, whatever it waits for', async () => {
  vi.useFakeTimers();
  const { connect } = dialing({ resolve: () => new Promise(() => undefined) });
  const connecting = expect(connect('kafka.example', 1)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await vi.advanceTimersByTimeAsync(10_000);
  await connecting;
});

test('the end of a dialer breaks its connections with its error, and a signal does the same', async () => {
  const { port, open } = await peers.listen();
  const abort = new AbortController();
  const net = new Net();
  const one = net.dialer({ asker: 'test', log: () => undefined });
  const two = net.dialer({ asker: 'test', log: () => undefined, signal: abort.signal });
  const sockets = await Promise.all([one, two].map((dialer) => dialer.connect({ host: HERE, port, purpose: 'server' })));
  const errors = sockets.map((socket) => new Promise((resolve) => socket.once('error', resolve)));
  one.destroy(new Error('over'));
  abort.abort();
  expect(await errors[0]).toMatchObject({ message: 'over' });
  expect(await errors[1]).toMatchObject({ code: 'cancelled' });
  await vi.waitFor(() => expect(open()).toBe(0));
  await expect(two.connect({ host: HERE, port, purpose: 'server' })).rejects.toMatchObject({ code: 'cancelled' });
});
