import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PluginProcess } from '../../support/plugin-process.ts';
import { decode, encode } from '../../support/protocol.ts';
import { disposeAll, plugin } from './support.ts';
import { eventually, sleep } from '../../support/wait.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin process '));
  return () => rmSync(folder, { recursive: true, force: true });
});
afterEach(disposeAll);

interface Specification {
  name: string;
  version: string;
  source_params: Record<string, { type: number }>;
  destination_params: Record<string, { type: number }>;
}

describe('the handshake', () => {
  test('is one line, the first on stdout, and nothing follows it', async () => {
    const started = await plugin();
    await started.client.call('/connector.v2.SpecifierPlugin/Specify');
    await started.client.call('/connector.v2.SourcePlugin/Configure', { config: { nonsense: '1' } }).catch(() => {});
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
    expect(started.stdout).toMatch(/^1\|2\|(unix\|\/.+|tcp\|127\.0\.0\.1:\d+)\|grpc\|\n$/);
  });

  test('needs nothing in the environment but what Conduit sets, and any working directory will do', async () => {
    const started = await plugin({ bare: true, cwd: folder });
    expect((await started.client.call<{ specification: Specification }>('/connector.v2.SpecifierPlugin/Specify')).specification.name).toBe(
      'kafka-wasm',
    );
    await started.shutdown();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('comes from a socket that only its user can reach, and that is gone after the end', async () => {
    const started = await plugin({ env: { PLUGIN_UNIX_SOCKET_DIR: folder } });
    const [name] = readdirSync(folder);
    expect(statSync(join(folder, name!)).mode & 0o077).toBe(0);
    await started.shutdown();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('removes the socket that a killed plugin has left, once it has served', async () => {
    const sockets = mkdtempSync(join(folder, 'sockets '));
    const env = { PLUGIN_UNIX_SOCKET_DIR: sockets };
    const killed = await plugin({ env });
    killed.child.kill('SIGKILL');
    await killed.exited;
    const [left] = readdirSync(sockets);
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(sockets, left!), longAgo, longAgo);
    const next = await plugin({ env });
    await eventually(() => !readdirSync(sockets).includes(left!), 10_000, 'the removal');
    expect((await next.client.call<{ specification: Specification }>('/connector.v2.SpecifierPlugin/Specify')).specification.name).toBe(
      'kafka-wasm',
    );
    await next.shutdown();
    expect(readdirSync(sockets)).toEqual([]);
    rmSync(sockets, { recursive: true });
  });

  test('falls back to a port of the loopback interface where no socket can be made', async () => {
    const started = await plugin({ env: { PLUGIN_UNIX_SOCKET_DIR: join(folder, 'missing') } });
    expect(started.stdout).toMatch(/^1\|2\|tcp\|127\.0\.0\.1:\d+\|grpc\|\n$/);
    await started.client.call('/connector.v2.SpecifierPlugin/Specify');
  });

  test.each([
    ['another cookie', { CONDUIT_PLUGIN_MAGIC_COOKIE: 'biscuit' }],
    ['no cookie', { CONDUIT_PLUGIN_MAGIC_COOKIE: undefined }],
    ['a Conduit without protocol version 2', { PLUGIN_PROTOCOL_VERSIONS: '1' }],
  ])('does not come with %s: a sentence on stderr, nothing on stdout, exit code 1', async (_, env) => {
    const started = new PluginProcess({ env });
    expect(await started.exited).toEqual({ code: 1, signal: null });
    expect(started.stdout).toBe('');
    expect(started.stderr.join('\n')).toMatch(/^This is a Kafka connector for Conduit, and it cannot start as a plugin: .+\.$/);
  });
});

describe('every process', () => {
  test('specifies both sides with a unique name and a version that sorts', async () => {
    const started = await plugin();
    const { specification } = await started.client.call<{ specification: Specification }>('/connector.v2.SpecifierPlugin/Specify');
    expect(specification.name).toBe('kafka-wasm');
    expect(specification.version).toMatch(/^v\d+\.\d+\.\d+/);
    expect(Object.keys(specification.source_params)).toEqual(
      expect.arrayContaining(['servers', 'topics', 'sdk.batch.size', 'sdk.batch.delay']),
    );
    expect(Object.keys(specification.destination_params)).toEqual(
      expect.arrayContaining(['servers', 'topic', 'sdk.rate.perSecond', 'sdk.record.format']),
    );
  });

  test('reports its health under the name that go-plugin asks for', async () => {
    const { client } = await plugin();
    expect(await client.call('/grpc.health.v1.Health/Check', { service: 'plugin' })).toEqual({ status: 1 });
    await expect(client.call('/grpc.health.v1.Health/Check', { service: 'other' })).rejects.toMatchObject({ code: 5 });
  });

  test('tells whoever watches its health, and keeps that stream open', async () => {
    const { client } = await plugin();
    const watching = client.stream('/grpc.health.v1.Health/Watch');
    watching.write(encode('grpc.health.v1.HealthCheckRequest', { service: 'plugin' }));
    await watching.until(() => watching.received.length > 0);
    expect(decode('grpc.health.v1.HealthCheckResponse', watching.received[0]!)).toEqual({ status: 1 });
    expect(watching.ended).toBe(false);
  });

  test('answers UNIMPLEMENTED to what it does not know', async () => {
    const { client } = await plugin();
    await expect(client.raw('/connector.v1.SourcePlugin/Configure', Buffer.alloc(0))).rejects.toMatchObject({ code: 12 });
  });

  test('keeps the streams of go-plugin open and silent until the end', async () => {
    const started = await plugin();
    await started.client.call('/connector.v2.SpecifierPlugin/Specify');
    await sleep(200);
    expect(started.stdio!.ended).toBe(false);
    expect(started.broker!.ended).toBe(false);
    expect(started.stdio!.received).toEqual([]);
  });

  test('is gone within two seconds of Shutdown, with code 0', async () => {
    const started = await plugin();
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });

  test('logs at the level that Conduit asks for', async () => {
    const loud = await plugin({ env: { CONDUIT_CONNECTOR_LOG_LEVEL: 'trace' } });
    const quiet = await plugin({ env: { CONDUIT_CONNECTOR_LOG_LEVEL: 'disabled' } });
    for (const each of [loud, quiet]) {
      await each.client.call('/connector.v2.SpecifierPlugin/Specify');
      await each.shutdown();
    }
    expect(loud.logLines().length).toBeGreaterThan(0);
    expect(quiet.stderr).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('survives %s: Conduit, which gets it too, says when to end', async (signal) => {
    const started = await plugin();
    started.child.kill(signal);
    started.child.kill(signal);
    await sleep(300);
    expect(started.exit).toBeNull();
    await started.client.call('/connector.v2.SpecifierPlugin/Specify');
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });

  test('ends when its connection to Conduit is lost', async () => {
    const started = await plugin();
    await started.client.call('/connector.v2.SpecifierPlugin/Specify');
    started.disconnect();
    await eventually(() => started.exit !== null, 5_000, 'the exit');
  });
});

describe('validation, as the API of Conduit asks for it', () => {
  test.each(['Source', 'Destination'])('%s: Configure and Teardown, with all errors in the words of the SDK', async (side) => {
    const started = await plugin();
    const call = started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: { foo: '1', 'sdk.batch.size': 'many' } });
    const { message } = await call.then(
      () => expect.unreachable(),
      (error: Error) => error,
    );
    expect(message).toMatch(/^failed to parse configuration: config invalid: /);
    const lines = message.replace('failed to parse configuration: config invalid: ', '').split('\n');
    expect(lines).toContain('"foo": unrecognized parameter');
    expect(lines).toContain('error validating "servers": required parameter is not provided');
    expect(lines).toContain(
      'error validating "sdk.batch.size": "many" value is not an integer: invalid parameter type, expected digits only, such as 1000',
    );
    await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });

  test.each(['Source', 'Destination'])(
    '%s: an Open without a broker fails after ten seconds with the text of the Go connector, Teardown and a clean end follow',
    async (side) => {
      const started = await plugin();
      const config: Record<string, string> = { servers: '127.0.0.1:1', ...(side === 'Source' ? { topics: 't' } : { topic: 't' }) };
      await started.client.call(`/connector.v2.${side}Plugin/Configure`, { config });
      const start = Date.now();
      await expect(started.client.call(`/connector.v2.${side}Plugin/Open`)).rejects.toMatchObject({
        code: 14,
        message: 'failed to dial broker: unable to dial: dial tcp 127.0.0.1:1: connect: connection refused',
      });
      // A tenth of a second less or a second more does not matter to a user; one try alone, or no end, would.
      expect(Date.now() - start).toBeGreaterThan(8_500);
      expect(Date.now() - start).toBeLessThan(12_000);
      const tries = started.logLines().filter((line) => line['@message'] === 'failed to dial broker, trying again...');
      expect(tries.length).toBeGreaterThanOrEqual(8);
      expect(new Set(tries.map((line) => line['@level']))).toEqual(new Set(['warn']));
      await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
      expect(await started.shutdown()).toEqual({ code: 0, signal: null });
    },
  );
});
