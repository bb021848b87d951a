import { Net } from '../../../host/net/net.ts';
import type { DialQuestion } from '../../../host/net/policy.ts';
import { once } from 'node:events';
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs/minimal.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { schemaService, type SchemaService } from '../../../host/sdk/index.ts';

const { Reader, Writer } = protobuf;

let server: Http2Server;
let calls: { path: string; token: string; request: Buffer }[];
let answer: (stream: ServerHttp2Stream, path: string) => void;
let service: SchemaService;

/** Schema{subject, version, id, type, bytes} as the answer of either call. */
function schemaMessage(subject: string, version: number, text: string | Uint8Array, type = 1): Buffer {
  const message = Writer.create()
    .uint32(10)
    .fork()
    .uint32(10)
    .string(subject)
    .uint32(16)
    .int32(version)
    .uint32(24)
    .int32(3)
    .uint32(32)
    .int32(type)
    .uint32(42)
    .bytes(typeof text === 'string' ? Buffer.from(text) : text)
    .ldelim()
    .finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function respond(stream: ServerHttp2Stream, body: Buffer, trailers: Record<string, string>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

beforeEach(async () => {
  calls = [];
  answer = (stream) => respond(stream, schemaMessage('s', 4, '"string"'), { 'grpc-status': '0' });
  server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const request: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => request.push(chunk));
    stream.on('error', () => {});
    stream.on('end', () => {
      calls.push({ path: String(headers[':path']), token: String(headers['conduit-connector-token']), request: Buffer.concat(request) });
      answer(stream, String(headers[':path']));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  service = schemaService({
    target: `[::]:${(server.address() as AddressInfo).port}`,
    token: '{"value":"t"}',
    timeoutMs: 300,
    net: new Net(),
  });
});
afterEach(async () => {
  service.close();
  await new Promise((closed) => server.close(closed));
});

test('a schema is fetched once, with the token, from the loopback address of "every address"', async () => {
  const [first, second] = await Promise.all([service.get('s', 4), service.get('s', 4)]);
  expect(first).toEqual({ subject: 's', version: 4, text: '"string"' });
  expect(second).toEqual(first);
  expect(calls).toHaveLength(1);
  const { path, token, request } = calls[0]!;
  expect({ path, token }).toEqual({ path: '/connutils.v1.SchemaService/GetSchema', token: '{"value":"t"}' });
  const reader = Reader.create(request.subarray(5));
  expect([reader.uint32(), reader.string(), reader.uint32(), reader.int32()]).toEqual([10, 's', 16, 4]);
});

test('a service at an IPv6 address is reached', async (context) => {
  const ipv6 = createServer();
  ipv6.on('stream', (stream: ServerHttp2Stream) => respond(stream, schemaMessage('s', 4, '"string"'), { 'grpc-status': '0' }));
  ipv6.listen(0, '::1');
  const isListening = await Promise.race([once(ipv6, 'listening').then(() => true), once(ipv6, 'error').then(() => false)]);
  if (!isListening) return context.skip('this machine has no IPv6');
  const { port } = ipv6.address() as AddressInfo;
  const other = schemaService({ target: `[::1]:${port}`, token: 't', timeoutMs: 5_000, net: new Net() });
  try {
    expect(await other.get('s', 4)).toMatchObject({ text: '"string"' });
  } finally {
    other.close();
    await new Promise((closed) => ipv6.close(closed));
  }
});

test('another version and another call are asked for', async () => {
  await service.get('s', 4);
  await service.get('s', 5);
  await service.create('s', '"string"');
  await service.create('s', '"string"');
  expect(calls.map(({ path }) => path.split('/').at(-1))).toEqual(['GetSchema', 'GetSchema', 'CreateSchema']);
});

test('a schema is kept for 15 minutes, and then asked for again', async () => {
  const start = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(start);
  try {
    await service.get('s', 4);
    clock.mockReturnValue(start + 15 * 60_000 - 1);
    await service.get('s', 4);
    expect(calls).toHaveLength(1);
    clock.mockReturnValue(start + 15 * 60_000);
    answer = (stream) => respond(stream, schemaMessage('s', 4, '"int"'), { 'grpc-status': '0' });
    expect((await service.get('s', 4)).text).toBe('"int"');
    expect(calls).toHaveLength(2);
  } finally {
    clock.mockRestore();
  }
});

test('an error of the service comes with its text and is asked again', async () => {
  answer = (stream) =>
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '2', 'grpc-message': 'schema subject not found%21' },
      { endStream: true },
    );
  await expect(service.get('s', 4)).rejects.toMatchObject({ code: 'input.invalid', message: 'schema subject not found!' });
  answer = (stream) => respond(stream, schemaMessage('s', 4, '"int"'), { 'grpc-status': '0' });
  expect((await service.get('s', 4)).text).toBe('"int"');
});

test('a schema of another type than Avro is refused', async () => {
  answer = (stream) => respond(stream, schemaMessage('s', 4, '{}', 2), { 'grpc-status': '0' });
  await expect(service.get('s', 4)).rejects.toThrow('expected an Avro schema for s:4, got one of type 2');
});

test.each([
  ['no answer in time', (): void => {}, /did not answer: no answer within 300 ms/],
  [
    'a broken message',
    (stream: ServerHttp2Stream): void => respond(stream, Buffer.from([0, 0, 0, 0, 9, 1]), { 'grpc-status': '0' }),
    /the answer is no gRPC message/,
  ],
  [
    'garbage',
    (stream: ServerHttp2Stream): void => respond(stream, Buffer.from([0, 0, 0, 0, 2, 10, 99]), { 'grpc-status': '0' }),
    /got bytes that do not decode/,
  ],
  ['a stream that is reset', (stream: ServerHttp2Stream): void => stream.close(2), /did not answer: /],
])('%s is a clear error', async (_, behaviour, text) => {
  answer = behaviour;
  await expect(service.get('s', 4)).rejects.toThrow(text);
});

test('a lost connection is opened again', async () => {
  await service.get('s', 1);
  const { port } = server.address() as AddressInfo;
  answer = (stream) => stream.session!.destroy();
  await expect(service.get('s', 2)).rejects.toThrow(`the schema service of Conduit at [::]:${port} did not answer`);
  answer = (stream) => respond(stream, schemaMessage('s', 3, '"int"'), { 'grpc-status': '0' });
  expect((await service.get('s', 3)).version).toBe(3);
});

test('without an address the error says what is missing', async () => {
  const none = schemaService({ target: '', token: '', net: new Net() });
  await expect(none.get('s', 1)).rejects.toThrow('expected CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET');
});

test('nothing listens: the error names the address', async () => {
  const none = schemaService({ target: '127.0.0.1:1', token: '', net: new Net() });
  await expect(none.get('s', 1)).rejects.toThrow('the schema service of Conduit at 127.0.0.1:1 did not answer: connect ECONNREFUSED');
});

test('an address that the policy refuses is not dialled', async () => {
  const asked: DialQuestion[] = [];
  const net = new Net({
    policy: (question) => {
      asked.push(question);
      return 'no schemas here';
    },
  });
  const denied = schemaService({ target: '[::]:43211', token: '', net });
  await expect(denied.create('s', '"int"')).rejects.toMatchObject({
    code: 'policy.denied',
    message: "the policy denies the schema stage a connection to 127.0.0.1:43211, Conduit's schema service: no schemas here",
  });
  expect(asked).toEqual([{ host: '127.0.0.1', port: 43211, address: null, purpose: 'schema-service', asker: 'schema stage' }]);
});

test('calls that come together share one connection', async () => {
  let sessions = 0;
  server.on('session', () => sessions++);
  await Promise.all([service.get('s', 7), service.get('s', 8), service.create('s', '"int"')]);
  expect(sessions).toBe(1);
});

test('after closing nothing is dialled', async () => {
  service.close();
  await expect(service.get('s', 9)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a schema may begin with a byte order mark', async () => {
  answer = (stream) => respond(stream, schemaMessage('s', 4, '\ufeff"string"'), { 'grpc-status': '0' });
  expect(await service.get('s', 4)).toMatchObject({ text: '"string"' });
});

test('a schema that is not UTF-8 is refused with line and column', async () => {
  const text = Buffer.from('{"type":"enum","name":"n",\n"symbols":["gr\xfcn"]}', 'latin1');
  answer = (stream) => respond(stream, schemaMessage('s', 4, text), { 'grpc-status': '0' });
  await expect(service.get('s', 4)).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.stringContaining('line 2, column 15: it is not UTF-8 (byte 0xfc)') as string,
  });
});
