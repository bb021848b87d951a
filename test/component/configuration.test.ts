import { beforeAll, describe, expect, test } from 'vitest';
import { type Guest, problemsOf, startGuest } from '../support/guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
});

const SOURCE = { servers: 'a:1', topics: 'orders' };
const DESTINATION = { servers: 'a:1', topic: 'orders' };
const source = async (config: Record<string, string>) => (await problemsOf(guest, 'source', { ...SOURCE, ...config })).map((p) => p.reason);
const destination = async (config: Record<string, string>) =>
  (await problemsOf(guest, 'destination', { ...DESTINATION, ...config })).map((p) => p.reason);
const opened = async (config: Record<string, string>) => {
  expect(await destination(config)).toEqual([]);
  await guest.destination.open();
  const call = guest.world.last('producer.open');
  await guest.destination.teardown();
  return call;
};

describe("Conduit's algorithm", () => {
  test('keys and values are trimmed', async () => {
    expect(await problemsOf(guest, 'source', { ' servers ': '\ta:1\n', ' topics': ' orders\u00a0' })).toEqual([]);
  });
  test('a blank value is the default', async () => {
    const { options } = await opened({ compression: '  ', batchBytes: '', acks: '', deliveryTimeout: '' });
    expect(options).toEqual({
      acks: 'all',
      compression: 'snappy',
      maxBatchBytes: 1000012,
      deliveryTimeoutMs: 10_000,
      partitioner: 'murmur2',
    });
  });
  test('all problems are reported at once: unknown settings by name, then the others in the order of the specification', async () => {
    const config = {
      zebra: '1',
      aardvark: '2',
      servers: ',',
      topics: 'a?',
      'sdk.batch.size': '-1',
      readFromBeginning: 'maybe',
      clientCert: 'ref',
      commitOffsetsDelay: '1 day',
    };
    const expected = [
      '"aardvark": unrecognized parameter',
      '"zebra": unrecognized parameter',
      'invalid servers: empty 1. server',
      'invalid servers: empty 2. server',
      'invalid TLS config: client TLS configuration incomplete, clientKey is missing',
      "invalid topics: \"a?\" cannot be the name of a topic, expected 1 to 249 letters, digits, '.', '_' or '-'",
      'error validating "readFromBeginning": "maybe" value is not a boolean: invalid parameter type, expected true or false',
      'error validating "commitOffsetsDelay": "1 day" value is not a duration: invalid parameter type, expected numbers with units, such as 500ms, 10s or 1m30s',
      'error validating "sdk.batch.size": "-1" should be greater than -1: greater-than validation failed',
    ];
    expect(await source(config)).toEqual(expected);
    expect(await source(Object.fromEntries(Object.entries(config).reverse()))).toEqual(expected);
  });
  test('a problem names its setting', async () => {
    expect(await problemsOf(guest, 'source', { ...SOURCE, foo: '1' })).toEqual([{ name: 'foo', reason: '"foo": unrecognized parameter' }]);
  });
  test('a failed configuration changes nothing', async () => {
    await opened({ clientID: 'kept' });
    expect(await destination({ clientID: 'dropped', acks: 'x' })).toHaveLength(1);
    await guest.destination.open();
    expect(guest.world.last('producer.open').connection.clientId).toBe('kept');
    await guest.destination.teardown();
  });
  test('quotes and control characters in a value are escaped as Go does', async () => {
    expect(await source({ 'a"b\\c\nd': 'x' })).toEqual(['"a\\"b\\\\c\\nd": unrecognized parameter']);
  });
});

describe('types', () => {
  test.each(['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'])('boolean: Go takes %s', async (value) => {
    expect(await source({ readFromBeginning: value })).toEqual([]);
  });
  test.each(['yes', 'no', 'tRUE', '2', '-1', 'on', 'truely'])('boolean: Go refuses %s', async (value) => {
    expect(await source({ readFromBeginning: value })).toEqual([
      `error validating "readFromBeginning": "${value}" value is not a boolean: invalid parameter type, expected true or false`,
    ]);
  });
  test.each(['0', '+5', '007', '9223372036854775807'])('integer: Go takes %s', async (value) => {
    expect(await source({ commitOffsetsSize: value })).toEqual([]);
  });
  test.each(['1e3', '1_000', '1.0', '0x10', '9223372036854775808', '-9223372036854775809', '+', '--1', '٣'])(
    'integer: Go refuses %s',
    async (value) => {
      expect(await source({ commitOffsetsSize: value })).toEqual([
        `error validating "commitOffsetsSize": "${value}" value is not an integer: invalid parameter type, expected digits only, such as 1000`,
      ]);
    },
  );
  test.each(['0', '.5', '5.', '1e3', '+2.5E-1', '-0.5'])('float: Go takes %s', async (value) => {
    expect(await destination({ 'sdk.rate.perSecond': value })).toEqual([]);
  });
  test.each(['.', 'e5', '1e', '1,5', '1e999', 'NaN', 'Inf', '1x'])('float: %s is refused', async (value) => {
    expect(await destination({ 'sdk.rate.perSecond': value })).toEqual([
      `error validating "sdk.rate.perSecond": "${value}" value is not a float: invalid parameter type, expected a number such as 2.5`,
    ]);
  });
  test.each([
    ['0', 0],
    ['+0', 0],
    ['1s2ms', 1002],
    ['1.5h', 5_400_000],
    ['1h30m', 5_400_000],
    ['300ms', 300],
    ['.5s', 500],
    ['2.s', 2000],
    ['1us', 1],
    ['1500µs', 2],
    ['1500μs', 2],
    ['1ns', 1],
    ['0.100000000000000000000h', 360_000],
    ['500ms', 500],
    ['2562047h', 4_294_967_295],
  ])('duration: %s is %i ms', async (value, expected) => {
    expect((await opened({ deliveryTimeout: value })).options.deliveryTimeoutMs).toBe(expected);
  });
  test.each(['10', '1d', 's', '1.s.', '.s', '1 s', '1S', '9223372036854775808ns', '2562048h', '3000000000000h', '+', '1s-2s'])(
    'duration: Go refuses %s',
    async (value) => {
      expect(await destination({ deliveryTimeout: value })).toEqual([
        `error validating "deliveryTimeout": "${value}" value is not a duration: invalid parameter type, expected numbers with units, such as 500ms, 10s or 1m30s`,
      ]);
    },
  );
});

describe('connection', () => {
  const servers = async (list: string) => (await opened({ servers: list })).connection.servers;
  test('addresses are trimmed, and a missing port is 9092', async () => {
    expect(await servers(' a , b:1,c.example.org ')).toEqual(['a:9092', 'b:1', 'c.example.org:9092']);
  });
  test('IPv6 addresses work with and without a port', async () => {
    expect(await servers('[::1]:19092,[::1],::1')).toEqual(['[::1]:19092', '[::1]:9092', '[::1]:9092']);
  });
  test.each([
    ['host:notanumber', 'unable to parse port from addr: strconv.ParseInt: parsing "notanumber": invalid syntax'],
    ['host:65536', 'unable to parse port from addr: "65536" is not between 1 and 65535'],
    ['host:0', 'unable to parse port from addr: "0" is not between 1 and 65535'],
    ['host:', 'unable to parse port from addr: "" is not between 1 and 65535'],
    [':9092', 'host is missing'],
    ['[]:9092', 'host is missing'],
    ['[::1', 'missing "]" in address'],
    ['[::1]9092', 'expected ":port" after "]"'],
    ['two words:1', 'host has a blank in it'],
    ['${KAFKA_SERVERS}', 'host has "$" in it, which no host name or address contains: if it is a variable, write its value'],
    ['{{.Servers}}:1', 'host has "{" in it, which no host name or address contains: if it is a variable, write its value'],
    ['PLAINTEXT://host:9092', 'expected host:port, remove the part up to "://"'],
  ])('the address %s is refused', async (address, reason) => {
    expect(await destination({ servers: `a:1,${address}` })).toEqual([`invalid servers: 2. server "${address}": ${reason}`]);
  });
  test('clientID is the official one by default, and at most 256 bytes', async () => {
    expect((await opened({})).connection.clientId).toBe('conduit-connector-kafka');
    expect((await opened({ clientID: 'ż'.repeat(128) })).connection.clientId).toBe('ż'.repeat(128));
    expect(await destination({ clientID: 'ż'.repeat(128) + 'a' })).toEqual([
      'invalid clientID: client id length 257 is larger than max allowed 256',
    ]);
  });
  test('TLS is off by default, and on without certificates if tls.enabled says so', async () => {
    expect((await opened({})).connection.tls).toBeUndefined();
    expect((await opened({ 'tls.enabled': 'true' })).connection.tls).toEqual({
      clientCertRef: '',
      clientKeyRef: '',
      clientKeyPasswordRef: '',
      caCertRef: '',
      insecureSkipVerify: false,
    });
  });
  test('the password of an encrypted key is passed on as a reference, and refused without a key', async () => {
    const config = { clientCert: 'cert ref', clientKey: 'key ref', clientKeyPassword: 'password ref' };
    expect((await opened(config)).connection.tls).toMatchObject({ clientKeyRef: 'key ref', clientKeyPasswordRef: 'password ref' });
    expect(await destination({ 'tls.enabled': 'true', clientKeyPassword: 'password ref' })).toEqual([
      'invalid TLS config: clientKeyPassword has no clientKey to decrypt, clientKey is missing',
    ]);
  });
  test('certificates without effect are a warning and no error, even if incomplete', async () => {
    guest.world.logs.length = 0;
    expect((await opened({ 'tls.enabled': 'false', clientCert: 'ref', insecureSkipVerify: 'true' })).connection.tls).toBeUndefined();
    expect(guest.world.logs.filter((l) => l.level === 'warn').map((l) => l.message)).toEqual([
      'clientCert, clientKey and caCert have no effect because tls.enabled is false',
      'insecureSkipVerify has no effect because TLS is not enabled',
    ]);
  });
});

describe.each(['source', 'destination'] as const)('SASL of a %s', (side) => {
  const BOTH = 'invalid sasl auth, please specify both saslUsername and saslPassword';
  const config = { servers: 'a:1', [side === 'source' ? 'topics' : 'topic']: 'orders' };
  const problems = (more: Record<string, string>) => problemsOf(guest, side, { ...config, ...more });
  const saslOf = async (more: Record<string, string>) => {
    expect(await problems(more)).toEqual([]);
    if (side === 'source') await guest.source.open(undefined);
    else await guest.destination.open();
    const { connection } = side === 'source' ? guest.world.last('consumer.open') : guest.world.last('producer.open');
    await guest[side].teardown();
    return connection.sasl;
  };
  const warnings = () => guest.world.logs.filter(({ level }) => level === 'warn').map(({ message }) => message);

  test.each([
    ['PLAIN', 'plain'],
    ['SCRAM-SHA-256', 'scram-sha256'],
    ['SCRAM-SHA-512', 'scram-sha512'],
    ['  PLAIN ', 'plain'],
  ])('the mechanism %s is passed on, with the password as a reference', async (saslMechanism, tag) => {
    expect(await saslOf({ saslMechanism, saslUsername: ' ü ', saslPassword: 'a reference' })).toEqual({
      tag,
      val: { username: 'ü', passwordRef: 'a reference' },
    });
  });
  test.each(['plain', 'SCRAM-SHA-1024', 'oauthbearer', 'GSSAPI', 'PLAIN,SCRAM-SHA-256'])(
    'the mechanism %s is refused',
    async (saslMechanism) => {
      expect(await problems({ saslMechanism, saslUsername: 'u', saslPassword: 'p' })).toEqual([
        {
          name: 'saslMechanism',
          reason: `error validating "saslMechanism": "${saslMechanism}" value must be included in the list [PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER,AWS_MSK_IAM]: inclusion validation failed`,
        },
      ]);
    },
  );
  test('there is no login without settings, or with blank ones', async () => {
    expect(await saslOf({})).toBeUndefined();
    expect(await saslOf({ saslMechanism: '', saslUsername: ' ', saslPassword: '' })).toBeUndefined();
  });
  test.each(['PLAIN', 'SCRAM-SHA-512', ''])(
    'a user without a password, or a password without a user, is refused (mechanism "%s")',
    async (saslMechanism) => {
      expect(await problems({ saslMechanism, saslUsername: 'u' })).toEqual([{ name: 'saslPassword', reason: BOTH }]);
      expect(await problems({ saslMechanism, saslPassword: 'p', saslUsername: ' ' })).toEqual([{ name: 'saslUsername', reason: BOTH }]);
    },
  );
  test('a half login and a wrong mechanism are both told', async () => {
    expect((await problems({ saslMechanism: 'x', saslUsername: 'u' })).map(({ name }) => name)).toEqual(['saslMechanism', 'saslPassword']);
  });
  test('a mechanism alone is refused', async () => {
    expect(await problems({ saslMechanism: 'SCRAM-SHA-256' })).toEqual([
      { name: 'saslMechanism', reason: 'invalid SASL config: SASL mechanism provided, but username and password are missing' },
    ]);
  });
  test('user and password without a mechanism log in with PLAIN, and a warning says so', async () => {
    guest.world.logs.length = 0;
    expect(await saslOf({ saslUsername: 'u', saslPassword: 'p' })).toMatchObject({ tag: 'plain' });
    expect(new Set(warnings())).toEqual(
      new Set(['saslUsername and saslPassword are set without saslMechanism: the login uses PLAIN; set saslMechanism']),
    );
    guest.world.logs.length = 0;
    await saslOf({ saslMechanism: 'PLAIN', saslUsername: 'u', saslPassword: 'p' });
    expect(warnings()).toEqual([]);
  });
  const OAUTH = {
    saslMechanism: 'OAUTHBEARER',
    'oauth.tokenEndpoint': 'https://login.example:8443/oauth2/token?tenant=1',
    'oauth.clientID': 'orders',
    'oauth.clientSecret': 'a reference',
  };
  const client = {
    tokenEndpoint: OAUTH['oauth.tokenEndpoint'],
    clientId: 'orders',
    clientSecretRef: 'a reference',
    scope: '',
    extensions: [],
    caCertRef: '',
  };
  test('OAUTHBEARER is passed on, with the secret as a reference', async () => {
    expect(await saslOf(OAUTH)).toEqual({ tag: 'oauthbearer', val: client });
    const more = { 'oauth.scope': ' a b ', 'oauth.extensions': 'logicalCluster=lkc-1, identityPoolId = pool=1 ', 'oauth.caCert': 'other' };
    expect(await saslOf({ ...OAUTH, ...more })).toEqual({
      tag: 'oauthbearer',
      val: {
        ...client,
        scope: 'a b',
        extensions: [
          { name: 'logicalCluster', value: 'lkc-1' },
          { name: 'identityPoolId', value: 'pool=1' },
        ],
        caCertRef: 'other',
      },
    });
  });
  test('OAUTHBEARER needs endpoint, client and secret, and all that is missing is told', async () => {
    const text = (name: string) => `invalid SASL config: saslMechanism OAUTHBEARER needs ${name}, which is not set`;
    expect(await problems({ saslMechanism: 'OAUTHBEARER' })).toEqual(
      ['oauth.tokenEndpoint', 'oauth.clientID', 'oauth.clientSecret'].map((name) => ({ name, reason: text(name) })),
    );
  });
  test.each(['login.example/token', 'ftp://login.example', 'https://', 'https:///token', 'http://u:p@login.example/token', 'https://a b'])(
    'the token endpoint "%s" is refused',
    async (url) => {
      expect(await problems({ ...OAUTH, 'oauth.tokenEndpoint': url })).toEqual([
        {
          name: 'oauth.tokenEndpoint',
          reason: `invalid oauth.tokenEndpoint: "${url}" is not a URL that begins with https:// or http://, without user and password`,
        },
      ]);
    },
  );
  test('a token endpoint without TLS is taken with a warning', async () => {
    guest.world.logs.length = 0;
    await saslOf({ ...OAUTH, 'oauth.tokenEndpoint': 'http://127.0.0.1:1/token' });
    expect(new Set(warnings())).toEqual(
      new Set(['oauth.tokenEndpoint begins with http://, so the client secret is sent without encryption; use https://']),
    );
  });
  test.each([
    ['a', '1. extension "a": expected name=value'],
    ['a=1,,b=2', '2. extension "": expected name=value'],
    ['a=', '1. extension "a=": expected name=value'],
    ['auth=1', '1. extension "auth=1": "auth" is the name of the token'],
    ['a_b=1', '1. extension "a_b=1": a name consists of letters'],
    ['a=ü', '1. extension "a=ü": a value consists of printable ASCII characters'],
  ])('the extensions "%s" are refused', async (extensions, reason) => {
    expect(await problems({ ...OAUTH, 'oauth.extensions': extensions })).toEqual([
      { name: 'oauth.extensions', reason: `invalid oauth.extensions: ${reason}` },
    ]);
  });
  const IAM = { saslMechanism: 'AWS_MSK_IAM', 'aws.accessKeyID': 'AKIDEXAMPLE', 'aws.secretAccessKey': 'a reference' };
  test('AWS_MSK_IAM is passed on, with the secrets as references', async () => {
    const credentials = { region: '', accessKeyIdRef: 'AKIDEXAMPLE', secretAccessKeyRef: 'a reference', sessionTokenRef: '' };
    expect(await saslOf(IAM)).toEqual({ tag: 'aws-msk-iam', val: credentials });
    expect(await saslOf({ ...IAM, 'aws.region': 'eu-central-1', 'aws.sessionToken': 'other' })).toEqual({
      tag: 'aws-msk-iam',
      val: { ...credentials, region: 'eu-central-1', sessionTokenRef: 'other' },
    });
  });
  test('AWS_MSK_IAM needs both keys, and a region that is one', async () => {
    expect(await problems({ saslMechanism: 'AWS_MSK_IAM', 'aws.region': 'EU' })).toEqual([
      { name: 'aws.region', reason: 'invalid aws.region: "EU", expected lower-case letters, digits and -, such as eu-central-1' },
      { name: 'aws.accessKeyID', reason: 'invalid SASL config: saslMechanism AWS_MSK_IAM needs aws.accessKeyID, which is not set' },
      { name: 'aws.secretAccessKey', reason: 'invalid SASL config: saslMechanism AWS_MSK_IAM needs aws.secretAccessKey, which is not set' },
    ]);
  });
  test('settings of another mechanism than the one in use are refused', async () => {
    const password = { saslUsername: 'u', saslPassword: 'p' };
    const only = (name: string, mechanism: string) => ({
      name,
      reason: `invalid SASL config: ${name} is for ${mechanism} only: remove it, or set saslMechanism to ${mechanism}`,
    });
    expect(await problems({ ...password, 'oauth.scope': 's', 'aws.region': 'eu-central-1' })).toEqual([
      only('oauth.scope', 'OAUTHBEARER'),
      only('aws.region', 'AWS_MSK_IAM'),
    ]);
    expect(await problems({ ...OAUTH, 'aws.sessionToken': 't' })).toEqual([only('aws.sessionToken', 'AWS_MSK_IAM')]);
    for (const [mechanism, settings] of [
      ['OAUTHBEARER', OAUTH],
      ['AWS_MSK_IAM', IAM],
    ] as const)
      expect(await problems({ ...settings, ...password })).toEqual(
        Object.keys(password).map((name) => ({
          name,
          reason: `invalid SASL config: ${mechanism} takes no ${name}: remove it, or change saslMechanism`,
        })),
      );
  });
  test('TLS and SASL are set independently of each other', async () => {
    expect(await saslOf({ saslMechanism: 'PLAIN', saslUsername: 'u', saslPassword: 'p', 'tls.enabled': 'true' })).toMatchObject({
      tag: 'plain',
    });
  });
});

describe('source', () => {
  test('topics are trimmed, and named once each', async () => {
    expect(await source({ topics: ' a ,b, a' })).toEqual([]);
    await guest.source.open(undefined);
    expect(guest.world.last('consumer.open').options.topics).toEqual(['a', 'b']);
    await guest.source.teardown();
  });
  test('an empty element of topics is refused', async () => {
    expect(await source({ topics: 'a,,b,' })).toEqual(['invalid topics: empty 2. topic', 'invalid topics: empty 4. topic']);
  });
  test('topic and topics together are refused', async () => {
    expect(await source({ topic: 'a' })).toEqual([
      'can\'t provide both "topic" and "topics" parameters, "topic" is deprecated and will be removed, use the "topics" parameter instead',
    ]);
  });
  test('topic alone works, with a warning', async () => {
    guest.world.logs.length = 0;
    expect(await problemsOf(guest, 'source', { servers: 'a:1', topic: 'orders' })).toEqual([]);
    expect(guest.world.logs).toEqual([{ level: 'warn', message: '"topic" is deprecated, use "topics" instead', fields: [] }]);
  });
  test('group and readFromBeginning are passed on', async () => {
    expect(await source({ groupID: 'g', readFromBeginning: 'true' })).toEqual([]);
    await guest.source.open(undefined);
    expect(guest.world.last('consumer.open').options).toMatchObject({ group: 'g', fromBeginning: true });
    await guest.source.teardown();
  });
  test('settings of the official connector that need nothing of us are accepted', async () => {
    expect(
      await source({ retryGroupJoinErrors: 'false', commitOffsetsSize: '0', commitOffsetsDelay: '-1s', 'sdk.schema.extract.type': 'avro' }),
    ).toEqual([]);
    expect(await source({ retryGroupJoinErrors: 'x', 'sdk.schema.extract.type': 'json' })).toEqual([
      'error validating "retryGroupJoinErrors": "x" value is not a boolean: invalid parameter type, expected true or false',
      'error validating "sdk.schema.extract.type": "json" value must be included in the list [avro]: inclusion validation failed',
    ]);
  });
});

describe('destination', () => {
  const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template';
  const REFUSED = 'is not available here: a template can reach nothing but the record and the clock, and makes no keys';
  test('a topic has at most 249 characters', async () => {
    expect(await destination({ topic: 'a'.repeat(249) })).toEqual([]);
    expect(await destination({ topic: 'a'.repeat(250) })).toEqual(['topic is too long, maximum length is 249']);
  });
  test.each(['foo?', 'a,b', 'a b', '{{foo', 'ą'])('%s is no topic and no template', async (topic) => {
    expect(await destination({ topic })).toEqual([NEITHER]);
  });
  test.each(['.', '..'])('%s is no name for a topic', async (topic) => {
    expect(await destination({ topic })).toEqual([`${NEITHER}: "${topic}" cannot be the name of a topic`]);
  });
  test.each([
    ['}} foo {{', 'unclosed action'],
    ['}}foo{{', 'unclosed action'],
    ['{{ foo }}', 'function "foo" not defined'],
    ['{{ index .Metadata key }}', 'function "key" not defined'],
    ['{{ }}', 'missing value for command'],
    ['{{ if true }}x', 'unexpected EOF'],
    ['{{ env "HOME" }}', `function "env" ${REFUSED}`],
    ['{{ genPrivateKey "rsa" }}', `function "genPrivateKey" ${REFUSED}`],
    ['{{ call .Key }}', `function "call" ${REFUSED}`],
    ['{{ 1i }}', 'complex numbers are not supported: 1i'],
    ['a b {{ .Metadata.x }}', '"a b " cannot be part of the name of a topic'],
    ['{{ .Metadata.x }}/y', '"/y" cannot be part of the name of a topic'],
  ])('the template %s is refused', async (topic, reason) => {
    expect(await destination({ topic })).toEqual([`${NEITHER}: template: topic:1: ${reason}`]);
  });
  test.each([
    '{{ .Metadata.foo }}',
    '{{.Metadata._f1}}',
    '{{ index .Metadata "opencdc.collection" }}',
    '{{index .Metadata `a"b`}}',
    '{{ index .Metadata "}}" }}',
    '{{ index .Metadata "a\\"b\\\\" }}',
    'cdc.{{ .Metadata.foo }}-{{ index .Metadata "bar" }}.v1',
  ])('the template %s is valid', async (topic) => {
    expect(await destination({ topic })).toEqual([]);
  });
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('compression %s is passed on', async (compression) => {
    expect((await opened({ compression })).options.compression).toBe(compression);
  });
  test('other compressions are refused', async () => {
    expect(await destination({ compression: 'brotli' })).toEqual([
      'error validating "compression": "brotli" value must be included in the list [none,gzip,snappy,lz4,zstd]: inclusion validation failed',
    ]);
  });
  test('a negative deliveryTimeout is refused', async () => {
    expect(await destination({ deliveryTimeout: '-1ms' })).toEqual([
      'invalid delivery timeout: "-1ms" is negative, expected 0 for no limit, or more',
    ]);
  });
  test.each([512, 104857600])('batchBytes %i is passed on', async (n) => {
    expect((await opened({ batchBytes: String(n) })).options.maxBatchBytes).toBe(n);
  });
  test.each([
    ['511', 'invalid batchBytes: max record batch bytes 511 is less than allowed 512'],
    ['0', 'invalid batchBytes: max record batch bytes 0 is less than allowed 512'],
    ['-5', 'invalid batchBytes: max record batch bytes -5 is less than allowed 512'],
    ['104857601', 'invalid batchBytes: max broker write bytes 104857600 is erroneously less than max record batch bytes 104857601'],
    ['3000000000', 'cannot parse \'batchBytes\' as int: strconv.ParseInt: parsing "3000000000": value out of range'],
    ['1k', 'error validating "batchBytes": "1k" value is not an integer: invalid parameter type, expected digits only, such as 1000'],
  ])('batchBytes %s is refused', async (value, reason) => {
    expect(await destination({ batchBytes: value })).toEqual([reason]);
  });
  test('any Go template over the record is accepted', async () => {
    for (const topic of ['{{ printf "%s" .Key }}', '{{ .Key }}', '{{ .Metadata.opencdc.collection }}', '{{ index .Metadata "a" "b" }}'])
      expect(await destination({ topic })).toEqual([]);
  });
  test('the record format is one of four', async () => {
    for (const format of ['opencdc/json', 'raw', 'debezium/json', 'template'])
      expect(await destination({ 'sdk.record.format': format })).toEqual([]);
    expect(await destination({ 'sdk.record.format': 'avro' })).toEqual([
      'invalid sdk.record.format: "avro" not found in [debezium/json opencdc/json raw template]',
    ]);
  });
  test.each([
    ['raw', 'a=b', ': the format "raw" has no options, remove the setting'],
    ['opencdc/json', 'a=b', ': the format "opencdc/json" has no options, remove the setting'],
    ['template', '{{ .Foo', ' for "template": failed to parse template: template: :1: unclosed action'],
    ['template', '{{ foo }}', ' for "template": failed to parse template: template: :1: function "foo" not defined'],
    [
      'debezium/json',
      'debezium.schema.name=x,name=y',
      ' for "debezium/json": unknown option "name", expected debezium.schema.name=NAME or debezium.rawData.key=KEY',
    ],
  ])('the format %s refuses the options %s', async (format, options, reason) => {
    expect(await destination({ 'sdk.record.format': format, 'sdk.record.format.options': options })).toEqual([
      `invalid sdk.record.format.options${reason}`,
    ]);
  });
  test.each(['sdk.batch.size', 'sdk.rate.perSecond', 'sdk.rate.burst'])('%s must not be negative', async (name) => {
    expect(await destination({ [name]: '0' })).toEqual([]);
    expect(await destination({ [name]: '-1' })).toEqual([
      `error validating "${name}": "-1" should be greater than -1: greater-than validation failed`,
    ]);
  });
});

describe('secrets', () => {
  test('a name that the host does not know as a secret is none to the guest either', async () => {
    // Not trimmed by JavaScript, but by Go.
    expect(await source({ '\u0085clientKey': 'the key itself' })).toEqual(['"\u0085clientKey": unrecognized parameter']);
  });
  test('no problem and no log line holds the value of a secret', async () => {
    guest.world.logs.length = 0;
    const secrets = { clientCert: 'S3CRET-1', clientKey: 'S3CRET-2', caCert: 'S3CRET-3', saslUsername: 'u', saslPassword: 'S3CRET-4' };
    await source({ ...secrets, 'tls.enabled': 'false', foo: 'x' });
    await source({ ...secrets, clientKey: '', foo: 'x' });
    await source({ ...secrets, saslUsername: '', saslMechanism: 'x' });
    await source({ ...secrets, 'tls.enabled': 'nonsense' });
    const problems = await source({ ...secrets, 'tls.enabled': 'nonsense', clientID: 'x'.repeat(300) });
    expect(problems).toHaveLength(2);
    expect(JSON.stringify([guest.world.logs, problems])).not.toContain('S3CRET');
  });
});
