import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Call, CallHandlers } from '../../../../host/plugin/grpc/call.ts';
import { GrpcServer, type Method } from '../../../../host/plugin/grpc/server.ts';
import { GrpcClient } from '../../../support/grpc-client.ts';
import { eventually } from '../../../support/wait.ts';

const MIB = 1024 * 1024;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Served {
  client: GrpcClient;
  port: number;
  calls: Call[];
  /** The events that the stream method got, in order. */
  told: string[];
  received: Buffer[];
}

/** A server with an echo, a failing method and a stream whose behaviour a test gives. */
async function serve(handlers: (call: Call) => Partial<CallHandlers> = () => ({}), maxReceiveBytes = MIB): Promise<Served> {
  const served: Omit<Served, 'client' | 'port'> = { calls: [], told: [], received: [] };
  const methods = new Map<string, Method>([
    ['/t.T/Echo', { unary: (request) => Promise.resolve(request) }],
    ['/t.T/Fail', { unary: (request) => Promise.reject(new Error(request.toString())) }],
    [
      '/t.T/Stream',
      {
        stream: (call) => {
          served.calls.push(call);
          const given = handlers(call);
          return {
            message: (bytes) => {
              served.received.push(bytes);
              given.message?.(bytes);
            },
            drained: () => {
              served.told.push('drained');
              given.drained?.();
            },
            ended: () => {
              served.told.push('ended');
              given.ended?.();
            },
            closed: () => {
              served.told.push('closed');
              given.closed?.();
            },
          };
        },
      },
    ],
    [
      '/t.T/Throw',
      {
        stream: () => {
          throw new Error('no stream today');
        },
      },
    ],
  ]);
  const server = new GrpcServer({ methods, maxReceiveBytes });
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  const client = new GrpcClient(`tcp|127.0.0.1:${port}`);
  closers.push(() => {
    client.close();
    server.close();
  });
  return { ...served, client, port };
}

/** A bare HTTP/2 client: it can send what no gRPC client would. */
function session(port: number, settings = {}): ClientHttp2Session {
  const opened = connect(`http://127.0.0.1:${port}`, { settings });
  opened.on('error', () => {});
  closers.push(() => opened.destroy());
  return opened;
}

interface Answer {
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const answer: Answer = { headers: {}, trailers: {} };
  stream.on('response', (headers) => (answer.headers = headers));
  stream.on('trailers', (trailers) => (answer.trailers = trailers));
  stream.on('error', () => {});
  stream.resume();
  return new Promise((resolve) => stream.on('close', () => resolve(answer)));
}

const HEADERS = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };

function prefixed(message: Buffer, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

describe('a unary call', () => {
  test('is answered with the bytes that the method gives', async () => {
    const { client } = await serve();
    expect(await client.raw('/t.T/Echo', Buffer.from('hello'))).toEqual(Buffer.from('hello'));
    expect(await client.raw('/t.T/Echo', Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });

  test('carries messages of hundreds of kilobytes both ways', async () => {
    const { client } = await serve();
    const message = Buffer.alloc(900_000, 'x');
    expect((await client.raw('/t.T/Echo', message)).equals(message)).toBe(true);
  });

  test('fails with the text of the error, whatever characters it has', async () => {
    const { client } = await serve();
    const text = 'broker "ä": 100% lost\nline two 🙂';
    await expect(client.raw('/t.T/Fail', Buffer.from(text))).rejects.toMatchObject({ code: 2, message: text });
  });

  test.each(['context canceled', 'context deadline exceeded'])(
    'never ends with the bare text "%s", which Conduit takes for its own',
    async (text) => {
      const { client } = await serve();
      await expect(client.raw('/t.T/Fail', Buffer.from(text))).rejects.toMatchObject({ message: `the connector ended the call: ${text}` });
    },
  );

  test('cuts an error text of a megabyte instead of breaking the connection', async () => {
    const { client } = await serve();
    await expect(client.raw('/t.T/Fail', Buffer.alloc(900_000, 'e'))).rejects.toMatchObject({
      code: 2,
      message: expect.stringMatching(/^e{8000,9000}\.\.\.$/),
    });
    expect(await client.raw('/t.T/Echo', Buffer.from('still here'))).toEqual(Buffer.from('still here'));
  });

  test('to an unknown method is UNIMPLEMENTED', async () => {
    const { client } = await serve();
    await expect(client.raw('/t.T/Nothing', Buffer.alloc(0))).rejects.toMatchObject({ code: 12 });
  });

  test('over the receive limit is RESOURCE_EXHAUSTED, and the connection lives on', async () => {
    const { client } = await serve();
    await expect(client.raw('/t.T/Echo', Buffer.alloc(MIB + 1))).rejects.toMatchObject({
      code: 8,
      message: expect.stringContaining('larger than max'),
    });
    expect((await client.raw('/t.T/Echo', Buffer.alloc(MIB))).length).toBe(MIB);
  });

  test('with two request messages, or none, is an error', async () => {
    const { port } = await serve();
    for (const body of [Buffer.concat([prefixed(Buffer.from('a')), prefixed(Buffer.from('b'))]), Buffer.alloc(0)]) {
      const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Echo' });
      stream.end(body);
      expect((await answerOf(stream)).trailers['grpc-status']).toBe('13');
    }
  });
});

describe('headers of a request', () => {
  test('another method than POST is refused by HTTP status', async () => {
    const { port } = await serve();
    const stream = session(port).request({ ':method': 'GET', ':path': '/t.T/Echo' });
    expect((await answerOf(stream)).headers[':status']).toBe(405);
  });

  test('another content type than gRPC is refused by HTTP status', async () => {
    const { port } = await serve();
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Echo', 'content-type': 'application/grpcweb' });
    stream.end();
    expect((await answerOf(stream)).headers[':status']).toBe(415);
  });

  test('gRPC content types with a suffix or a parameter are taken', async () => {
    const { port } = await serve();
    for (const type of ['application/grpc+proto', 'application/grpc;charset=utf-8']) {
      const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Echo', 'content-type': type });
      stream.end(prefixed(Buffer.from('x')));
      expect((await answerOf(stream)).trailers['grpc-status']).toBe('0');
    }
  });

  test('a compressed call is UNIMPLEMENTED and names what is accepted', async () => {
    const { port } = await serve();
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Echo', 'grpc-encoding': 'gzip' });
    stream.end();
    const { headers } = await answerOf(stream);
    expect(headers['grpc-status']).toBe('12');
    expect(headers['grpc-accept-encoding']).toBe('identity');
  });
});

describe('malformed frames', () => {
  test.each([
    ['the compressed flag', prefixed(Buffer.from('x'), 1), '12'],
    ['an unknown flag', prefixed(Buffer.from('x'), 7), '13'],
    ['a length of four gigabytes', prefixed(Buffer.from('x'), 0, 0xffffffff), '8'],
    ['the end of the stream within a prefix', Buffer.from([0, 0, 0]), '13'],
    ['the end of the stream within a message', prefixed(Buffer.from('x'), 0, 10), '13'],
  ])('%s ends the call with a status, and the connection serves the next one', async (_, body, status) => {
    const { port, client } = await serve();
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Stream' });
    stream.end(body);
    expect((await answerOf(stream)).trailers['grpc-status']).toBe(status);
    expect(await client.raw('/t.T/Echo', Buffer.from('on'))).toEqual(Buffer.from('on'));
  });

  test('bytes that are no HTTP/2 at all do not disturb the other connections', async () => {
    const { port, client } = await serve();
    await client.raw('/t.T/Echo', Buffer.from('before'));
    const { connect: dial } = await import('node:net');
    const socket = dial(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(Buffer.alloc(100_000, 'garbage '));
    await new Promise((resolve) => socket.on('close', resolve));
    expect(await client.raw('/t.T/Echo', Buffer.from('after'))).toEqual(Buffer.from('after'));
  });
});

test.each([
  ['a method', HEADERS, '/t.T/Stream'],
  ['an unknown method', HEADERS, '/t.T/Unknown'],
  ['no gRPC call', { ...HEADERS, 'content-type': 'text/plain' }, '/'],
])('a stream of %s that is gone before it is answered is passed over', async (_, headers, path) => {
  const { port, client, told } = await serve();
  // As when a reset or the end of the session overtakes the event of the stream.
  const gone = (message: unknown): void => {
    (message as { stream: ServerHttp2Stream }).stream.destroy();
  };
  subscribe('http2.server.stream.created', gone);
  try {
    const stream = session(port).request({ ...headers, ':path': path });
    stream.on('error', () => {});
    await new Promise((resolve) => stream.on('close', resolve));
  } finally {
    unsubscribe('http2.server.stream.created', gone);
  }
  expect(await client.raw('/t.T/Echo', Buffer.from('on'))).toEqual(Buffer.from('on'));
  expect(told).toEqual([]);
});

describe('a stream', () => {
  test('hands on messages in order, however they are cut into frames', async () => {
    const { port, received } = await serve();
    const messages = Array.from({ length: 500 }, (_, index) => Buffer.alloc((index * 37) % 700, String(index % 10)));
    const bytes = Buffer.concat(messages.map((message) => prefixed(message)));
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Stream' });
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 1000 || 1) stream.write(bytes.subarray(at, at + size));
    await eventually(() => received.length === messages.length);
    expect(Buffer.concat(received).equals(Buffer.concat(messages))).toBe(true);
  });

  test('tells of a half-close after the last message', async () => {
    const { client, told, received } = await serve((call) => ({ ended: () => call.end() }));
    const stream = client.stream('/t.T/Stream');
    stream.write(Buffer.from('last'));
    stream.halfClose();
    expect(await stream.status).toEqual({ code: 0, details: '' });
    expect(received).toEqual([Buffer.from('last')]);
    await eventually(() => told.length === 2);
    expect(told).toEqual(['ended', 'closed']);
  });

  test('tells of a cancel as closed, never as a half-close', async () => {
    const { port, told, received } = await serve();
    const cancel = new AbortController(); // resets the stream; close() of Node's client would half-close it first
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Stream' }, { signal: cancel.signal });
    stream.on('error', () => {});
    stream.write(prefixed(Buffer.from('one')));
    await eventually(() => received.length === 1);
    cancel.abort();
    await eventually(() => told.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual(['closed']);
  });

  test('hands on every message that came before the cancel', async () => {
    const { port, received, told } = await serve();
    const stream = session(port).request({ ...HEADERS, ':path': '/t.T/Stream' });
    stream.on('error', () => {});
    for (let index = 0; index < 1000; index++) stream.write(prefixed(Buffer.from(`ack ${index}`)));
    await new Promise<void>((resolve) => stream.write(prefixed(Buffer.from('last')), () => resolve()));
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually(() => told.includes('closed'));
    expect(received.length).toBe(1001);
  });

  test('tells of a lost connection as closed', async () => {
    const { port, told, received } = await serve();
    const connection = session(port);
    const stream = connection.request({ ...HEADERS, ':path': '/t.T/Stream' });
    stream.on('error', () => {});
    stream.write(prefixed(Buffer.from('one')));
    await eventually(() => received.length === 1);
    connection.destroy();
    await eventually(() => told.length > 0);
    expect(told).toEqual(['closed']);
  });

  test('sends small and large messages in the order in which they were written', async () => {
    const sizes = [1, 5_000, 2, 100_000, 3, 3, 20_000, 4096, 4097, 0];
    const { client } = await serve((call) => ({
      message: () => {
        for (const size of sizes) call.write(Buffer.alloc(size, 'm'));
        call.end();
      },
    }));
    const stream = client.stream('/t.T/Stream');
    stream.write(Buffer.from('go'));
    expect((await stream.status).code).toBe(0);
    expect(stream.received.map((message) => message.length)).toEqual(sizes);
  });

  test('ends with the status after everything that was written', async () => {
    const { client } = await serve((call) => ({
      message: () => {
        call.write(Buffer.from('written'));
        call.fail(new Error('and then it broke'));
        call.write(Buffer.from('dropped'));
      },
    }));
    const stream = client.stream('/t.T/Stream');
    stream.write(Buffer.from('go'));
    expect(await stream.status).toEqual({ code: 2, details: 'and then it broke' });
    expect(stream.received).toEqual([Buffer.from('written')]);
  });

  test('whose method throws ends with a status', async () => {
    const { client } = await serve();
    expect(await client.stream('/t.T/Throw').status).toEqual({ code: 2, details: 'no stream today' });
  });

  test('asks the writer to wait while the client does not read, and tells it when there is room', async () => {
    const { client, told, calls } = await serve();
    const stream = client.stream('/t.T/Stream');
    await eventually(() => calls.length === 1);
    stream.pause();
    const call = calls[0]!;
    const message = Buffer.alloc(100_000, 'x');
    let written = 0;
    const fill = async (): Promise<void> => {
      for (let quiet = 0; quiet < 5;) {
        if (call.write(message)) quiet = 0;
        else {
          quiet++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        written++;
        if (written > 1000) throw new Error('it was never asked to wait');
      }
    };
    await fill();
    const before = told.length;
    stream.resume();
    await eventually(() => stream.received.length === written);
    expect(told.length).toBeGreaterThan(before);
    expect(told.every((event) => event === 'drained')).toBe(true);
  });

  test('stops the client by flow control while it is paused, and loses nothing', async () => {
    const { client, calls, received } = await serve(() => ({}), 4 * MIB);
    const stream = client.stream('/t.T/Stream');
    await eventually(() => calls.length === 1);
    calls[0]!.pause();
    const total = 200;
    for (let index = 0; index < total; index++) stream.write(Buffer.alloc(100_000, String(index % 10)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const whilePaused = received.length;
    expect(whilePaused).toBeLessThan(60);
    calls[0]!.resume();
    await eventually(() => received.length === total);
    expect(received.every((message, index) => message[0] === 48 + (index % 10) && message.length === 100_000)).toBe(true);
  });
});
