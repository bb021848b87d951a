/** Conduit's schema service, played by @grpc/grpc-js, and the executable that is to use it. */
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, ENGINES, SourceEngine } from '../../support/engine.ts';
import { decode, encode, typesOf, type OpencdcRecord } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, range, record, recordsFrom } from './support.ts';

const { servers } = sharedBroker();
const topics = new Topics(servers);
const TOKEN = '{"value":"a token","connector_id":"p:c"}';
const GET = '/connutils.v1.SchemaService/GetSchema';
const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'record',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'name', type: 'string' },
  ],
});

interface Call {
  subject: string;
  version: number;
  tokens: grpc.MetadataValue[];
}
const running: grpc.Server[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) server.forceShutdown();
  await disposeAll();
});

/** Knows the subject `payload`, version 1; `[::]` in front of the port, as Conduit writes its address. */
async function schemaService(): Promise<{ target: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = new grpc.Server();
  const types = typesOf(GET);
  server.addService(
    {
      GetSchema: {
        path: GET,
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    {
      GetSchema: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
        const { subject, version } = decode<{ subject: string; version: number }>(types.request, call.request);
        calls.push({ subject, version, tokens: call.metadata.get('conduit-connector-token') });
        if (subject !== 'payload') return done({ code: grpc.status.UNKNOWN, details: 'schema subject not found' });
        done(null, encode(types.response, { schema: { subject, version, id: 1, type: 1, bytes: Buffer.from(SCHEMA) } }));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  running.push(server);
  return { target: `[::]:${port}`, calls };
}

const environment = (target: string): { env: Record<string, string> } => ({
  env: { CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET: target, CONDUIT_CONNECTOR_TOKEN: TOKEN },
});

/** Avro of `{ id: 9007199254740993, name: 'n' }`: a zigzag varint of 8 bytes, a length, a letter. */
const AVRO = Buffer.from([0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x02, 0x6e]);
const avroRecord = (index: number, subject = 'payload'): OpencdcRecord =>
  record(index, {
    metadata: { 'opencdc.readAt': '1', 'opencdc.payload.schema.subject': subject, 'opencdc.payload.schema.version': '1' },
    payload: { after: { raw_data: AVRO } },
  });

async function valuesOf(topic: string): Promise<string[]> {
  return (await topics.read(topic)).map(({ value }) => /"after":(.*)\}\}$/.exec(value!.toString())![1]!);
}

describe.each(ENGINES)('a destination under arch-%s', (engine) => {
  test('decodes Avro with the schema that Conduit knows, asked for once, with its token', async () => {
    const topic = uniqueName('avro');
    await topics.create(topic);
    const { target, calls } = await schemaService();
    const destination = new DestinationEngine(await plugin(environment(target)), engine);
    await destination.start({ servers, topic });
    await destination.write(range(50).map((index) => avroRecord(index)));
    expect(destination.acks.every(({ error }) => error === '')).toBe(true);
    await destination.stop();
    expect(new Set(await valuesOf(topic))).toEqual(new Set(['{"id":9007199254740993,"name":"n"}']));
    expect(calls).toEqual([{ subject: 'payload', version: 1, tokens: [TOKEN] }]);
  });

  test('refuses the record alone whose schema is not there, with the text of the service', async () => {
    const topic = uniqueName('avro');
    await topics.create(topic);
    const { target } = await schemaService();
    const destination = new DestinationEngine(await plugin(environment(target)), engine);
    await destination.start({ servers, topic });
    await destination.write([avroRecord(0), avroRecord(1, 'unknown'), avroRecord(2)]);
    expect(destination.acks).toEqual([
      { position: 'position 0', error: '' },
      { position: 'position 1', error: expect.stringContaining('schema subject not found') },
      { position: 'position 2', error: '' },
    ]);
    await destination.stop();
    expect(await topics.count(topic)).toBe(2);
  });

  test('asks for nothing while no record has a schema, and with decoding turned off', async () => {
    const topic = uniqueName('avro');
    await topics.create(topic);
    const { target, calls } = await schemaService();
    const plain = new DestinationEngine(await plugin(environment(target)), engine);
    await plain.start({ servers, topic });
    await plain.write(recordsFrom(0, 10));
    await plain.stop();
    const off = new DestinationEngine(await plugin(environment(target)), engine);
    await off.start({ servers, topic, 'sdk.schema.extract.payload.enabled': 'false', 'sdk.schema.extract.key.enabled': 'false' });
    await off.write([avroRecord(0)]);
    await off.stop();
    expect((await valuesOf(topic)).at(-1)).toBe(JSON.stringify(AVRO.toString('base64')));
    expect(calls).toEqual([]);
  });
});

test('a source that is to extract schemas passes what has none, with one warning for keys and one for payloads', async () => {
  const topic = uniqueName('avro');
  await topics.create(topic);
  await topics.fill(topic, 2_000, (index) => Buffer.from(`value ${index}`));
  const { target, calls } = await schemaService();
  const started = await plugin(environment(target));
  const source = new SourceEngine(started, 'v2');
  const extract = { 'sdk.schema.extract.payload.enabled': 'true', 'sdk.schema.extract.key.enabled': 'true' };
  await source.start({ servers, topics: topic, readFromBeginning: 'true', ...extract });
  await source.until(2_000);
  await source.stop();
  expect(source.records[0]!.payload!.after!.raw_data!.toString()).toBe('value 0');
  const warnings = started.logLines().filter((line) => line['@level'] === 'warn' && /schema/.test(line['@message']));
  expect(warnings.map((line) => line['@message'])).toEqual([expect.stringMatching(/key/), expect.stringMatching(/payload/)]);
  expect(calls).toEqual([]);
});
