// keyFormat and valueFormat: the settings, and the data that the host decodes and encodes.
import { describe, expect, test } from 'vitest';
import { openDestination, openSource, readBatch, write } from '../support/data-path.ts';
import { problemsOf, startGuest } from '../support/guest.ts';
import { raw, record, struct, text } from '../support/opencdc-records.ts';
import { encode } from '../support/protocol.ts';
import { fetched } from '../support/record-set.ts';

const URL = { 'schemaRegistry.url': 'http://registry:8081' };
const reasons = async (side: 'source' | 'destination', config: Record<string, string>) => {
  const more: Record<string, string> = side === 'source' ? { topics: 'orders' } : { topic: 'orders' };
  return (await problemsOf(await startGuest(), side, { servers: 'a:1', ...more, ...config })).map(({ reason }) => reason);
};

describe('the settings', () => {
  test.each(['source', 'destination'] as const)(
    'a %s with a format that needs a schema needs a registry, one with json does not',
    async (side) => {
      expect(await reasons(side, { valueFormat: 'json', keyFormat: 'json' })).toEqual([]);
      for (const format of ['avro', 'json-schema', 'protobuf']) {
        expect(await reasons(side, { valueFormat: format, ...URL })).toEqual([]);
        expect(await reasons(side, { valueFormat: format })).toEqual([
          `schemaRegistry.url is missing: valueFormat "${format}" needs a schema registry`,
        ]);
      }
      expect(await reasons(side, { keyFormat: 'avro' })).toEqual([
        'schemaRegistry.url is missing: keyFormat "avro" needs a schema registry',
      ]);
      expect(await reasons(side, { valueFormat: 'xml' })).toEqual([expect.stringContaining('error validating "valueFormat"')]);
    },
  );

  test.each([
    ['registry:8081', 'expected http://host:port or https://host:port'],
    ['http://', 'host is missing'],
    ['http://:80', 'host is missing'],
    ['http://user:pass@registry', 'a user name in an address is not supported, set schemaRegistry.username and schemaRegistry.password'],
    ['https://registry?a=b', 'expected an address without "?" and "#"'],
    ['http://a b', 'the address has a blank in it'],
  ])('the address %j of a registry is refused, and not quoted', async (url, why) => {
    expect(await reasons('source', { valueFormat: 'avro', 'schemaRegistry.url': `http://good,${url}` })).toEqual([
      `invalid schemaRegistry.url: 2. address: ${why}`,
    ]);
  });

  test('user name, password and token are checked together', async () => {
    const config = { valueFormat: 'avro', ...URL };
    expect(await reasons('source', { ...config, 'schemaRegistry.username': 'u' })).toEqual([
      'schemaRegistry.password is missing: schemaRegistry.username is set',
    ]);
    expect(await reasons('source', { ...config, 'schemaRegistry.password': 'p' })).toEqual([
      'schemaRegistry.username is missing: schemaRegistry.password is set',
    ]);
    expect(
      await reasons('source', { ...config, 'schemaRegistry.username': 'u', 'schemaRegistry.password': 'p', 'schemaRegistry.token': 't' }),
    ).toEqual(['expected schemaRegistry.token or schemaRegistry.username with schemaRegistry.password, got both: remove one']);
  });

  test('a destination names what contradicts its formats, all at once', async () => {
    expect(
      await reasons('destination', {
        ...URL,
        valueFormat: 'avro',
        'sdk.record.format': 'opencdc/json',
        keySchema: '"string"',
        'schemaRegistry.subjectStrategy': 'RecordName',
      }),
    ).toEqual([
      'expected sdk.record.format or valueFormat, got both: remove one',
      'keySchema has no effect: set keyFormat to avro, json-schema or protobuf',
      'valueSchema is missing: schemaRegistry.subjectStrategy RecordName takes the name of the record from it',
    ]);
    expect(await reasons('destination', { ...URL, valueFormat: 'avro', 'schemaRegistry.autoRegister': 'true' })).toEqual([
      'schemaRegistry.autoRegister has nothing to register: set keySchema or valueSchema',
    ]);
    expect(await reasons('destination', { valueFormat: 'json', 'sdk.record.format': 'raw' })).toEqual([]);
  });

  test('reach the host with references in place of secrets, and are absent by default', async () => {
    const plain = await openSource();
    expect(plain.world.last('consumer.open').options.decoding).toBeUndefined();
    const guest = await openSource({
      keyFormat: 'json',
      valueFormat: 'avro',
      onUndecodable: 'raw',
      'schemaRegistry.url': 'https://a/path/, http://b:1',
      'schemaRegistry.username': 'me',
      'schemaRegistry.password': 'ref',
      caCert: 'ca',
    });
    expect(guest.world.last('consumer.open').options.decoding).toEqual({
      key: 'json',
      value: 'avro',
      keepUndecodable: true,
      registry: {
        urls: ['https://a/path', 'http://b:1'],
        login: { username: 'me', passwordRef: 'ref' },
        tokenRef: '',
        tls: { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '', caCertRef: 'ca', insecureSkipVerify: false },
      },
    });
    const destination = await openDestination({
      ...URL,
      valueFormat: 'protobuf',
      valueSchema: 'syntax = "proto3";',
      'schemaRegistry.subjectStrategy': 'TopicRecordName',
      'schemaRegistry.autoRegister': 'true',
      'schemaRegistry.token': 'ref',
    });
    expect(destination.world.last('producer.open').options.encoding).toEqual({
      value: { format: 'protobuf', subject: 'topic-record-name', schema: 'syntax = "proto3";' },
      registry: { urls: ['http://registry:8081'], tokenRef: 'ref' },
      autoRegister: true,
    });
  });
});

const data = (message: object): Buffer => encode('opencdc.v1.Data', message);

test('a source passes on what the host has decoded, and null stays null', async () => {
  const decoded = data(struct({ id: { numberValue: 1 } }));
  const both = await openSource({ keyFormat: 'json', valueFormat: 'json' });
  const [first, second] = await readBatch(both, [
    fetched('orders', 0, [
      { key: data(raw('k')), value: decoded },
      { key: null, value: null },
    ]),
  ]);
  expect(first!.key?.raw_data?.toString()).toBe('k');
  expect(first!.payload?.after?.structured_data).toEqual({ fields: { id: { numberValue: 1 } } });
  expect([second!.key ?? null, second!.payload?.after ?? null]).toEqual([null, null]);

  const values = await openSource({ valueFormat: 'json' });
  const [third] = await readBatch(values, [fetched('orders', 0, [{ key: 'k', value: decoded }])]);
  expect(third!.key?.raw_data?.toString()).toBe('k');
  expect(third!.payload?.after?.structured_data).toEqual({ fields: { id: { numberValue: 1 } } });
});

test('a destination hands the host the data to encode, and a delete or a record without data is null', async () => {
  const guest = await openDestination({ ...URL, valueFormat: 'avro', keyFormat: 'avro' });
  const { records } = await write(guest, [
    record('p', { key: struct({ k: { stringValue: 'x' } }), payload: { after: struct({ id: { numberValue: 1 } }) } }),
    record('p', { key: raw('k'), payload: { after: raw('{}') } }),
    record('p', { key: null, operation: 3 }),
    record('p', { payload: {} }),
  ]);
  expect(records.map(({ key, value }) => [key, value])).toEqual([
    [data(struct({ k: { stringValue: 'x' } })), data(struct({ id: { numberValue: 1 } }))],
    [data(raw('k')), data(raw('{}'))],
    [null, null],
    [data(raw('k')), null],
  ]);
});

test('a destination with the format json writes payload.after alone, without the host', async () => {
  const guest = await openDestination({ valueFormat: 'json', keyFormat: 'json' });
  expect(guest.world.last('producer.open').options.encoding).toBeUndefined();
  const { records } = await write(guest, [
    record('p', { key: struct({ k: { numberValue: 1 } }), payload: { after: struct({ id: { numberValue: 1 } }) } }),
    record('p', { operation: 3 }),
  ]);
  expect(records.map(({ key, value }) => [text(key), text(value)])).toEqual([
    ['{"k":1}', '{"id":1}'],
    ['k', null],
  ]);
});
