import { describe, expect, test } from 'vitest';
import { startedAs, type PluginEnvironment } from '../../../../host/plugin/process/environment.ts';
import { DEFAULT_LIMITS } from '../../../../host/runtime/limits.ts';

const COOKIE = '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f';
const STARTED_BY_CONDUIT = { CONDUIT_PLUGIN_MAGIC_COOKIE: COOKIE, PLUGIN_PROTOCOL_VERSIONS: '2,1' };

function environmentOf(variables: Record<string, string>): PluginEnvironment {
  const started = startedAs({ ...STARTED_BY_CONDUIT, ...variables });
  if (started.kind !== 'plugin') throw new Error(`started as ${started.kind}`);
  return started.environment;
}

describe('the process', () => {
  test('is a command line without anything of go-plugin in the environment', () => {
    expect(startedAs({ PATH: '/bin' })).toEqual({ kind: 'command' });
  });

  test.each(['1,2', '2,1', '2', ' 1 , 2 '])('is a plugin with the cookie and the versions "%s"', (versions) => {
    expect(startedAs({ ...STARTED_BY_CONDUIT, PLUGIN_PROTOCOL_VERSIONS: versions }).kind).toBe('plugin');
  });

  test.each([
    [
      'a wrong cookie',
      { CONDUIT_PLUGIN_MAGIC_COOKIE: 'x', PLUGIN_PROTOCOL_VERSIONS: '2' },
      'CONDUIT_PLUGIN_MAGIC_COOKIE does not have the value',
    ],
    ['no cookie', { PLUGIN_PROTOCOL_VERSIONS: '2' }, 'CONDUIT_PLUGIN_MAGIC_COOKIE is not set'],
    ['no protocol version 2', { ...STARTED_BY_CONDUIT, PLUGIN_PROTOCOL_VERSIONS: '1,12' }, 'PLUGIN_PROTOCOL_VERSIONS is "1,12"'],
    ['no protocol versions', { CONDUIT_PLUGIN_MAGIC_COOKIE: COOKIE }, 'PLUGIN_PROTOCOL_VERSIONS is ""'],
    ['a caller that wants TLS', { ...STARTED_BY_CONDUIT, PLUGIN_CLIENT_CERT: 'PEM' }, 'PLUGIN_CLIENT_CERT is set'],
  ])('says what it is when it is started with %s', (_, variables, reason) => {
    const started = startedAs(variables);
    expect(started).toMatchObject({ kind: 'mistake', explanation: expect.stringContaining(reason) });
    expect(started).toMatchObject({
      explanation: expect.stringMatching(/^This is a Kafka connector for Conduit, and it cannot start as a plugin: /),
    });
  });
});

describe('the environment', () => {
  test('of a Specify process lacks the rest, and that is fine', () => {
    expect(environmentOf({})).toEqual({
      connectorId: '',
      utilitiesTarget: '',
      token: '',
      logLevel: 'trace',
      maxReceiveBytes: 64 * 1024 * 1024,
      socketFolder: '',
    });
  });

  test.each([
    ['', 64 * 1024 * 1024],
    ['4194304', 64 * 1024 * 1024],
    ['many', 64 * 1024 * 1024],
    ['-1', 64 * 1024 * 1024],
    ['1048576', 1_048_576],
    ['16777216', 16_777_216],
    ['100000000', 100_000_000],
    ['4294967296', DEFAULT_LIMITS.writeBytes],
  ])('receives messages as CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE=%s says, up to what a write can take', (text, bytes) => {
    expect(environmentOf({ CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: text }).maxReceiveBytes).toBe(bytes);
  });

  test.each([
    ['info', 'info'],
    ['WARN', 'warn'],
    ['fatal', 'error'],
    ['panic', 'error'],
    ['disabled', null],
    ['loud', 'trace'],
    ['', 'trace'],
  ])('reads the log level "%s"', (name, level) => {
    expect(environmentOf({ CONDUIT_CONNECTOR_LOG_LEVEL: name }).logLevel).toBe(level);
  });
});
