/** Bytes in Confluent's wire format, decoded and encoded with the schemas of a registry. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { avroFormat } from '../../../../host/schema/avro/format.ts';
import { RegistryDecoder } from '../../../../host/schema/confluent/decoder.ts';
import { RegistryEncoder, type EncoderTarget } from '../../../../host/schema/confluent/encoder.ts';
import type { Registry } from '../../../../host/schema/confluent/registry.ts';
import { FakeRegistry } from '../../../support/schema-registry.ts';
import { contentOf, dataFor, registryAt } from './support.ts';

let fake: FakeRegistry;
let registry: Registry;
beforeEach(async () => {
  fake = new FakeRegistry();
  registry = registryAt([await fake.start()]).registry;
});
afterEach(() => {
  registry.close();
  fake.stop();
});

const soon = () => AbortSignal.timeout(5_000);
const ORDER = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"int"}]}';
const framed = (id: number, ...bytes: number[]) => Buffer.from([0, 0, 0, id >> 8, id & 255, ...bytes]);

describe('a decoder', () => {
  test('asks for each schema once, also for a record that arrives meanwhile', async () => {
    fake.add('s', 300, { schema: ORDER });
    const decoder = new RegistryDecoder(avroFormat, registry, soon());
    await Promise.all([decoder.prepare(framed(300, 2)), decoder.prepare(framed(300, 4))]);
    expect(decoder.prepare(framed(300, 2))).toBeUndefined();
    expect(contentOf(decoder.decode(framed(300, 2)))).toEqual({ id: 1 });
    expect(fake.requests).toHaveLength(1);
  });

  test('says what is wrong with bytes, their schema and its type, and asks no more for a schema that is not there', async () => {
    fake.add('s', 1, { schema: ORDER });
    fake.add('s', 2, { schema: '{}', schemaType: 'JSON' });
    fake.add('s', 3, { schema: '{"type":"nonsense"}' });
    const decoder = new RegistryDecoder(avroFormat, registry, soon());
    const problem = async (bytes: Buffer): Promise<string> => {
      await decoder.prepare(bytes);
      try {
        decoder.decode(bytes);
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };
    expect(await problem(Buffer.from('{"a":1}'))).toBe(
      "expected the wire format of Confluent's serializers (a zero byte and the schema's identifier), got a first byte 0x7b",
    );
    expect(await problem(Buffer.from([0, 1]))).toMatch('got 2 bytes');
    expect(await problem(framed(1))).toBe('it does not fit avro schema 1: truncated buffer');
    expect(await problem(framed(2))).toBe('schema 2 cannot be used: it is of type JSON, expected AVRO for the format avro');
    expect(await problem(framed(3))).toMatch('schema 3 cannot be used: could not parse the Avro schema 3');
    for (let i = 0; i < 2; i++)
      expect(await problem(framed(9))).toMatch('schema 9 cannot be used: the schema registry refused (HTTP status 404)');
    expect(fake.requests.filter(({ path }) => path.endsWith('/9'))).toHaveLength(1);
    expect(contentOf(decoder.keep(Buffer.from('x')))).toBe('x');
  });

  test('passes on that the registry refuses its credentials, and asks again afterwards', async () => {
    fake.add('s', 1, { schema: ORDER });
    fake.intercept = (_, response) => (response.writeHead(401).end('{}'), true);
    const decoder = new RegistryDecoder(avroFormat, registry, soon());
    await expect(decoder.prepare(framed(1, 2))).rejects.toMatchObject({ code: 'schema.rejected' });
    fake.intercept = () => false;
    await decoder.prepare(framed(1, 2));
    expect(contentOf(decoder.decode(framed(1, 2)))).toEqual({ id: 1 });
  });
});

describe('an encoder', () => {
  const encoder = (more: Partial<EncoderTarget> = {}) =>
    new RegistryEncoder({ part: 'value', format: avroFormat, subject: 'topic-name', schema: '', autoRegister: false, ...more }, registry);
  const encoded = async (one: RegistryEncoder, topic: string, data: Parameters<typeof dataFor>[0]) => [
    ...(await one.prepare(topic, soon()))(dataFor(data)),
  ];

  test("takes the latest schema of the topic's subject, once for each topic", async () => {
    fake.add('orders-value', 258, { schema: ORDER });
    fake.add('orders-key', 7, { schema: '"string"' });
    const value = encoder();
    for (let i = 0; i < 2; i++) expect(await encoded(value, 'orders', { id: 1 })).toEqual([0, 0, 0, 1, 2, 2]);
    expect(await encoded(encoder({ part: 'key' }), 'orders', 'k')).toEqual([0, 0, 0, 0, 7, 2, 107]);
    expect(fake.requests.map(({ path }) => path)).toEqual([
      '/subjects/orders-value/versions/latest',
      '/subjects/orders-key/versions/latest',
    ]);
  });

  test('leaves bytes that are encoded already as they are', async () => {
    fake.add('orders-value', 1, { schema: ORDER });
    const bytes = framed(9, 1, 2, 3);
    expect(await encoded(encoder(), 'orders', bytes)).toEqual([...bytes]);
  });

  test.each([
    ['topic-name', 'orders-value'],
    ['record-name', 'shop.Order'],
    ['topic-record-name', 'orders-shop.Order'],
  ] as const)('with %s looks its schema up under %s, and registers it there only if it may', async (subject, name) => {
    await expect(encoder({ subject, schema: ORDER }).prepare('orders', soon())).rejects.toMatchObject({
      code: 'schema.rejected',
      message: `no schema for subject "${name}": the schema registry refused (HTTP status 404): Schema not found; register valueSchema there, or set schemaRegistry.autoRegister`,
    });
    expect(await encoded(encoder({ subject, schema: ORDER, autoRegister: true }), 'orders', { id: 1 })).toEqual([0, 0, 0, 0, 1, 2]);
    expect([...fake.subjects.keys()]).toEqual([name]);
    expect(await encoded(encoder({ subject, schema: ORDER }), 'orders', { id: 1 })).toEqual([0, 0, 0, 0, 1, 2]);
  });

  test('refuses records whose subject has no schema, another type, or an incompatible one', async () => {
    await expect(encoder().prepare('orders', soon())).rejects.toThrow(
      'no schema for subject "orders-value": the schema registry refused (HTTP status 404): Subject \'orders-value\' not found.; register a schema there, or set valueSchema',
    );
    fake.add('orders-value', 1, { schema: '{}', schemaType: 'JSON' });
    await expect(encoder().prepare('orders', soon())).rejects.toThrow('is of type JSON, expected AVRO');
    fake.intercept = (_, response) => (response.writeHead(409).end('{"error_code":409,"message":"incompatible"}'), true);
    await expect(encoder({ schema: ORDER, autoRegister: true }).prepare('orders', soon())).rejects.toMatchObject({
      code: 'schema.rejected',
      message: 'no schema for subject "orders-value": the schema registry refused (HTTP status 409): incompatible',
    });
  });

  test('says which record does not fit, and a schema that is none is an error of the settings', async () => {
    fake.add('orders-value', 1, { schema: ORDER });
    const encode = await encoder().prepare('orders', soon());
    expect(() => encode(dataFor({ id: 'x' }))).toThrow(
      'it does not fit schema 1: "id" is a text, the schema expects an integer of 32 bits',
    );
    expect(() => encode(Buffer.from('nonsense'))).toThrow('expected a message opencdc.v1.Data');
    expect(() => encoder({ schema: '{' })).toThrow(
      expect.objectContaining({ code: 'config.invalid', fields: { setting: 'valueSchema' } }) as Error,
    );
  });
});
