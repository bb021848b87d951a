import { describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { Topics } from '../support/topics.ts';
import { cli } from '../unit/cli/spawned.ts';

const { servers, saslServers, saslSslServers, tls, login } = sharedBroker();
const WRONG = 'wrong-password-1234';
const settings = (to: string, more: Record<string, string>): string[] =>
  Object.entries({ servers: to, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
const loginWith = (saslMechanism: string, saslPassword = login?.password ?? '') => ({
  saslMechanism,
  saslUsername: login?.username ?? '',
  saslPassword,
});
const RECORD = `${JSON.stringify({ operation: 'create', payload: { after: { id: 1 } } })}\n`;

describe.skipIf(login === null)(
  `SASL on the command line${login === null ? ' (skipped: the given cluster names no SASL listeners)' : ''}`,
  () => {
    test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
      'with %s over TLS, destination writes what source reads, and no line has the password',
      async (mechanism) => {
        const topic = uniqueName('cli-sasl');
        await new Topics(servers).create(topic);
        const to = settings(saslSslServers!, { ...loginWith(mechanism), caCert: tls!.caCert });
        const written = await cli(['destination', ...to, '-c', `topic=${topic}`, '--log-level', 'debug'], { input: RECORD });
        expect(written).toMatchObject({ code: 0 });
        const read = await cli([
          'source',
          ...to,
          '-c',
          `topics=${topic}`,
          '-c',
          'readFromBeginning=true',
          '--limit',
          '1',
          '--log-level',
          'debug',
        ]);
        expect(read).toMatchObject({ code: 0, lines: [expect.stringContaining(topic)] });
        for (const { out, err } of [written, read]) expect(out + err).not.toContain(login!.password);
      },
    );

    describe.each(['source', 'destination'] as const)('a wrong password of a %s', (side) => {
      const topic = side === 'source' ? ['-c', 'topics=any'] : ['-c', 'topic=any'];
      test.each([[], ['--json']])(
        'ends it at once with a text that names mechanism and server, and not the password %j',
        async (...flags: string[]) => {
          const start = performance.now();
          const argv = [side, ...settings(saslServers!, loginWith('SCRAM-SHA-512', WRONG)), ...topic, '--log-level', 'debug', ...flags];
          const { code, out, err } = await cli(argv, { input: RECORD });
          expect(performance.now() - start).toBeLessThan(9_000);
          expect(out + err).not.toContain(WRONG);
          expect(out + err).toContain(`SASL SCRAM-SHA-512 login at ${saslServers!.split(',')[0]} failed: `);
          expect(out + err).toContain('kafka.rejected');
          expect(out + err).not.toMatch(/^ +at .*:\d+:\d+/m);
          expect(code).toBe(1);
        },
      );
    });

    test('pipe logs in on both sides, each with its own mechanism', async () => {
      const [from, to] = [uniqueName('pipe-from'), uniqueName('pipe-to')];
      const topics = new Topics(servers);
      await topics.create(from);
      await topics.create(to);
      await topics.fill(from, 5, (i) => Buffer.from(`value ${i}`));
      const side = (name: string, all: Record<string, string>) => Object.entries(all).flatMap(([key, value]) => [name, `${key}=${value}`]);
      const source = { servers: saslServers!, topics: from, readFromBeginning: 'true', ...loginWith('PLAIN') };
      const destination = { servers: saslServers!, topic: to, ...loginWith('SCRAM-SHA-256') };
      const piped = await cli(['pipe', ...side('--source', source), ...side('--destination', destination), '--log-level', 'debug']);
      expect(piped.err).not.toContain(login!.password);
      expect(piped.code).toBe(0);
      expect(await topics.count(to)).toBe(5);
    });

    test('validate tells what is wrong with a login and nothing of the password', async () => {
      const { code, out, err } = await cli([
        'validate',
        'source',
        ...settings(saslServers!, { topics: 't', saslPassword: WRONG }),
        '--json',
      ]);
      expect(out + err).toContain('invalid sasl auth, please specify both saslUsername and saslPassword');
      expect(out + err).not.toContain(WRONG);
      expect(code).toBe(2);
    });
  },
);
