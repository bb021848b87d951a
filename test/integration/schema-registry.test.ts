/** Schemas of a real registry, from a real broker and back. Every form of data is in test/unit/schema. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDestination, openSource, type OpenCdcRecord } from '../../host/index.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { startSchemaRegistry, whyNoSchemaRegistry, type SchemaRegistryProcess } from '../support/real-schema-registry.ts';
import { skipped } from '../support/skipped.ts';
import { serialized } from '../unit/schema/confluent/support.ts';
import { createTopic, plainKafka } from './kafka-client.ts';

const { servers } = sharedBroker();
const whyNot = await whyNoSchemaRegistry();

/** What a record is made of, in a form that compares. */
const plain = (data: unknown): unknown => (data instanceof Uint8Array ? Buffer.from(data).toString() : data);

describe.skipIf(whyNot !== null)(`a real schema registry${skipped(whyNot)}`, () => {
  let registry: SchemaRegistryProcess;
  beforeAll(async () => {
    registry = await startSchemaRegistry();
  }, 180_000);
  afterAll(() => registry?.close());

  async function register(subject: string, schema: string, schemaType: string, references: object[] = []): Promise<number> {
    const answer = await fetch(`${registry.url}/subjects/${encodeURIComponent(subject)}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema, schemaType, references }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { id: number }).id;
  }

  async function written(topic: string, values: Buffer[]): Promise<void> {
    await createTopic(servers, topic);
    const producer = plainKafka(servers).producer();
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ key: null, value })) });
    await producer.disconnect();
  }

  async function read(topic: string, count: number, settings: Record<string, string>): Promise<OpenCdcRecord[]> {
    await using source = await openSource({
      settings: {
        servers,
        topics: topic,
        groupID: uniqueName('group'),
        readFromBeginning: 'true',
        'schemaRegistry.url': registry.url,
        ...settings,
      },
    });
    const records: OpenCdcRecord[] = [];
    for await (const batch of source) {
      records.push(...batch.records);
      if (records.length >= count) break;
    }
    return records;
  }

  test.each([
    ['avro', 'AVRO'],
    ['json-schema', 'JSON'],
    ['protobuf', 'PROTOBUF'],
  ] as const)(
    '%s: what the serializer of Confluent wrote is read, written again and read again',
    async (format, type) => {
      const messages = serialized.filter((one) => one.format === format && typeof one.data === 'object');
      const [topic, out] = [uniqueName(format), uniqueName(`${format}-out`)];
      const values: Buffer[] = [];
      for (const { schema, references, bytes } of messages) {
        for (const reference of references) await register(reference.subject, reference.schema, type);
        const id = await register(
          uniqueName('subject'),
          schema,
          type,
          references.map(({ name, subject, version }) => ({ name, subject, version })),
        );
        const value = Buffer.from(bytes, 'base64');
        value.writeUInt32BE(id, 1);
        values.push(value);
      }
      await written(topic, values);
      const records = await read(topic, messages.length, { valueFormat: format });
      expect(records.map(({ payload }) => payload.after)).toEqual(messages.map(({ data }) => data));

      // A destination writes the first message of a .proto file.
      const model = messages.find(({ name }) => name === 'the first message') ?? messages[0]!;
      const { schema, references } = model;
      await register(
        `${out}-value`,
        schema,
        type,
        references.map(({ name, subject, version }) => ({ name, subject, version })),
      );
      await createTopic(servers, out);
      const fitting = records.filter((_, i) => messages[i]!.schema === schema && (format !== 'protobuf' || messages[i] === model));
      {
        await using destination = await openDestination({
          settings: { servers, topic: out, valueFormat: format, 'schemaRegistry.url': registry.url },
        });
        expect(await destination.write(fitting)).toEqual(fitting.map(() => null));
        const [refused, good] = await destination.write([
          { ...fitting[0]!, payload: { before: null, after: { nonsense: 1 } } },
          { ...fitting[0]!, payload: { before: null, after: null } },
        ]);
        expect(refused).toMatch('failed to produce record: the value cannot be encoded: it does not fit schema');
        expect(good).toBeNull();
      }
      const again = await read(out, fitting.length + 1, { valueFormat: format });
      expect(again.map(({ payload }) => payload.after)).toEqual([...fitting.map(({ payload }) => payload.after), null]);
    },
    120_000,
  );

  test('a schema of the settings is registered on demand, also for keys, and raw JSON is taken', async () => {
    const topic = uniqueName('registered');
    await createTopic(servers, topic);
    const settings = {
      keyFormat: 'avro',
      keySchema: '"long"',
      valueFormat: 'avro',
      valueSchema: '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"}]}',
      'schemaRegistry.url': registry.url,
      'schemaRegistry.subjectStrategy': 'TopicName',
    };
    const record = (await read(await filled(), 1, {}))[0]!;
    const good = {
      ...record,
      key: Buffer.from('9007199254740993'),
      payload: { before: null, after: Buffer.from('{"id":9007199254740993}') },
    };
    {
      await using destination = await openDestination({ settings: { servers, topic, ...settings } });
      expect(await destination.write([good])).toEqual([expect.stringContaining(`no schema for subject "${topic}-key"`)]);
    }
    {
      await using destination = await openDestination({ settings: { servers, topic, ...settings, 'schemaRegistry.autoRegister': 'true' } });
      expect(await destination.write([good, good])).toEqual([null, null]);
    }
    const records = await read(topic, 2, { keyFormat: 'avro', valueFormat: 'avro' });
    expect(records.map(({ key, payload }) => [plain(key), payload.after])).toEqual([
      ['9007199254740993', { id: '9007199254740993' }],
      ['9007199254740993', { id: '9007199254740993' }],
    ]);
  }, 120_000);

  async function filled(): Promise<string> {
    const topic = uniqueName('filled');
    await written(topic, [Buffer.from('x')]);
    return topic;
  }

  test('a record whose schema the registry does not have ends the source with the place of the record, or is passed on as it is', async () => {
    const topic = uniqueName('unknown');
    const unknown = Buffer.from([0, 0x7f, 0, 0, 1, 2]);
    await written(topic, [unknown]);
    await expect(read(topic, 1, { valueFormat: 'avro' })).rejects.toMatchObject({
      code: 'schema.mismatch',
      message: expect.stringMatching(
        `the value of the record at offset 0 of topic-partition ${topic}-0 cannot be decoded: schema 2130706433 cannot be used`,
      ) as string,
    });
    const [record] = await read(topic, 1, { valueFormat: 'avro', onUndecodable: 'raw' });
    expect(Buffer.from(record!.payload.after as Uint8Array)).toEqual(unknown);
  }, 60_000);
});

test('a source and a destination do not open while no registry answers, and their error names the address', async () => {
  const settings = { servers, valueFormat: 'avro', 'schemaRegistry.url': 'http://127.0.0.1:1' };
  const failure = { code: 'schema.unreachable', message: expect.stringContaining('http://127.0.0.1:1') as string };
  await Promise.all([
    expect(openSource({ settings: { ...settings, topics: 'x', groupID: 'g' } })).rejects.toMatchObject(failure),
    expect(openDestination({ settings: { ...settings, topic: 'x' } })).rejects.toMatchObject(failure),
  ]);
}, 120_000);
