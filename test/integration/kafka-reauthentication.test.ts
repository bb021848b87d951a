/**
 * Logins that end while their connections are in use (KIP-368): a broker that lets a login last two seconds closes a connection on which a request
 * comes later. `make test-logins` runs this for ten minutes.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection, Sasl } from '../../host/kafka/contract.ts';
import type { Dialer, DialerOptions } from '../../host/net/dialer.ts';
import { Net } from '../../host/net/net.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { AWS, mskDoor, type MskDoor } from '../support/msk-door.ts';
import { OAUTH_CLIENT, startTokenServer, type TokenServer } from '../support/token-server.ts';
import { sleep } from '../support/wait.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { commit, createTopic, flatten, OPEN, PRODUCER, subject, type Read } from './kafka-client.ts';

const LIFETIME_MS = 2_000;
/** Some tokens last longer than a login, some less. */
const TOKEN_LIFETIME_S = 3;
const DURATION_MS = Number(process.env['LOGINS_SECONDS'] ?? 14) * 1_000;
const PARTITIONS = 2;
const HANDSHAKE = 17;

let broker: Broker;
let tokens: TokenServer;
let msk: MskDoor;
beforeAll(async () => {
  broker = await startBroker({ config: { 'connections.max.reauth.ms': String(LIFETIME_MS) } });
  tokens = await startTokenServer();
  tokens.lifetimeS = TOKEN_LIFETIME_S;
  msk = await mskDoor(broker.servers, LIFETIME_MS);
});
afterAll(async () => {
  msk.close();
  await tokens.close();
  await broker.close();
});

/** Counts logins, and tells of every connection that closes. */
class WatchedNet extends Net {
  readonly closed: string[] = [];
  logins = 0;

  override dialer(options: DialerOptions): Dialer {
    const dialer = super.dialer(options);
    const connect = dialer.connect.bind(dialer);
    dialer.connect = async (...target) => {
      const socket = await connect(...target);
      if (target[0].purpose === 'token') return socket;
      const write = socket.write.bind(socket) as (data: Buffer, encoding: BufferEncoding) => boolean;
      socket.write = ((data: Buffer, encoding: BufferEncoding) => {
        if (data.readInt16BE(4) === HANDSHAKE) this.logins++;
        return write(data, encoding);
      }) as typeof socket.write;
      socket.once('close', () => this.closed.push(options.asker));
      return socket;
    };
    return dialer;
  }
}

const secretsOf = (): Record<string, string> => ({
  password: broker.login!.password,
  client: OAUTH_CLIENT.clientSecret,
  id: AWS.accessKeyId,
  aws: AWS.secretAccessKey,
  session: AWS.sessionToken,
});
const password = (tag: 'plain' | 'scram-sha256' | 'scram-sha512') => (): [string, Sasl] => [
  broker.saslServers!,
  { tag, val: { username: broker.login!.username, passwordRef: 'password' } },
];
const LOGINS: [string, () => [string, Sasl]][] = [
  ['PLAIN', password('plain')],
  ['SCRAM-SHA-256', password('scram-sha256')],
  ['SCRAM-SHA-512', password('scram-sha512')],
  [
    'OAUTHBEARER',
    () => {
      const { clientId } = OAUTH_CLIENT;
      const val = { tokenEndpoint: tokens.url, clientId, clientSecretRef: 'client', scope: '', extensions: [], caCertRef: '' };
      return [broker.oauthServers!, { tag: 'oauthbearer', val }];
    },
  ],
  [
    'AWS_MSK_IAM',
    () => {
      const { region } = AWS;
      return [
        msk.address,
        { tag: 'aws-msk-iam', val: { region, accessKeyIdRef: 'id', secretAccessKeyRef: 'aws', sessionTokenRef: 'session' } },
      ];
    },
  ],
];

// A given cluster has lifetimes of its own.
describe.skipIf(process.env['KAFKA_PROVIDER'] === 'address')('logins that end after two seconds', () => {
  test.concurrent.each(LOGINS)(
    'of %s are renewed on connections in use: none is closed, and no record is lost or repeated',
    async (_, login) => {
      const [servers, sasl] = login();
      const net = new WatchedNet();
      const secrets = secretsOf();
      const { kafka, lines } = subject('unused:1', { secrets: { read: (reference) => secrets[reference]! }, net });
      const connection: Connection = { servers: servers.split(','), clientId: 'logins', sasl };
      const topic = uniqueName('logins');
      await createTopic(broker.servers, topic, PARTITIONS);
      const producer = await kafka.openProducer(connection, PRODUCER, OPEN);
      const options = { topics: [topic], group: uniqueName('group'), fromBeginning: true, resume: [] };
      const consumer = await kafka.openConsumer(connection, options, OPEN);
      const records: Read[] = [];
      let sent = 0;
      let settled: { closed: number; logins: number; lines: number } | null = null;
      const end = performance.now() + DURATION_MS;
      const writing = (async () => {
        while (performance.now() < end) {
          // Several requests are under way at a time, and some are answered while the next login waits.
          const batches = Array.from({ length: 4 }, (_entry, i) => section(numbered(5, sent + i * 5)));
          sent += 20;
          const failures = await Promise.all(batches.map((batch) => producer.send([{ topic, records: batch }])));
          expect(failures.flat()).toEqual([]);
          await sleep(15);
          if (settled === null && records.length > 0 && performance.now() > end - DURATION_MS + 2 * LIFETIME_MS)
            settled = { closed: net.closed.length, logins: net.logins, lines: lines.length };
        }
      })();
      let isWritten = false;
      void writing.finally(() => (isWritten = true)).catch(() => undefined);
      let lastRecord = performance.now();
      while (!isWritten || (records.length < sent && performance.now() - lastRecord < 10_000)) {
        const some = flatten(await consumer.poll(1_000, 1 << 20, 200));
        if (some.length === 0) continue;
        lastRecord = performance.now();
        records.push(...some);
        await commit(consumer, some);
      }
      await writing;
      const closed = net.closed.slice(settled!.closed);
      await Promise.all([producer.close(), consumer.close()]);
      const values = records.map(({ value }) => value!).sort();
      expect(values).toEqual(
        numbered(sent)
          .map(({ value }) => value as string)
          .sort(),
      );
      expect(closed).toEqual([]);
      // At least one connection that writes, one that fetches and one for the group.
      expect(net.logins - settled!.logins).toBeGreaterThanOrEqual(3 * Math.floor((DURATION_MS - 2 * LIFETIME_MS) / LIFETIME_MS - 1));
      expect(lines.slice(settled!.lines).filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
      for (const secret of Object.values(secrets)) expect(JSON.stringify(lines)).not.toContain(secret);
    },
    DURATION_MS + 60_000,
  );

  test('that the broker refuses to renew end the source and fail the records, with mechanism and broker, and without the password', async () => {
    let secret = broker.login!.password;
    const { kafka, lines } = subject('unused:1', { secrets: { read: () => secret } });
    const [servers, sasl] = password('plain')();
    const connection: Connection = { servers: servers.split(','), clientId: 'logins', sasl };
    const topic = uniqueName('logins');
    await createTopic(broker.servers, topic);
    const producer = await kafka.openProducer(connection, { ...PRODUCER, deliveryTimeoutMs: 6_000 }, OPEN);
    const consumer = await kafka.openConsumer(
      connection,
      { topics: [topic], group: uniqueName('group'), fromBeginning: true, resume: [] },
      OPEN,
    );
    expect(await producer.send([{ topic, records: section(numbered(1)) }])).toEqual([]);
    while ((await consumer.poll(1_000, 1 << 20, 200)).length === 0);
    secret = 'wrong-password-1234';
    const text = /SASL PLAIN login at 127\.0\.0\.1:\d+ failed: /;
    const reading = (async () => {
      for (const end = performance.now() + 20_000; performance.now() < end;) await consumer.poll(1_000, 1 << 20, 200);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'kafka.rejected', message: expect.stringMatching(text) });
    const [failure] = await producer.send([{ topic, records: section(numbered(1)) }]);
    expect(failure).toMatchObject({ index: 0, reason: { kind: 'rejected', text: expect.stringMatching(text) } });
    await Promise.all([producer.close(), consumer.close()]);
    expect(JSON.stringify([failure, lines])).not.toContain(secret);
  });

  test('of AWS_MSK_IAM with a wrong key are refused at once, with the broker and what to check', async () => {
    const { kafka, lines } = subject('unused:1', { secrets: { read: () => 'wrong-password-1234' } });
    const sasl: Sasl = {
      tag: 'aws-msk-iam',
      val: { region: AWS.region, accessKeyIdRef: 'id', secretAccessKeyRef: 'aws', sessionTokenRef: '' },
    };
    const opening = kafka.openProducer({ servers: [msk.address], clientId: 'logins', sasl }, PRODUCER, OPEN);
    await expect(opening).rejects.toMatchObject({
      code: 'kafka.rejected',
      message: expect.stringContaining(
        `SASL_AUTHENTICATION_FAILED: SASL AWS_MSK_IAM login at ${msk.address} failed: Access denied: check aws.accessKeyID, aws.secretAccessKey, `,
      ),
    });
    expect(JSON.stringify(lines)).not.toContain('wrong-password-1234');
  });
});
