import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { onAbort } from '../base/abort.ts';
import { ConnectorError } from '../base/errors.ts';
import { decodeUtf8, utf8Problem } from '../base/utf8.ts';
import { after, unless } from '../base/wait.ts';
import type { Dialer, Target } from '../net/dialer.ts';
import { connectHttp2 } from '../net/http2.ts';
import type { Net } from '../net/net.ts';

/** An Avro schema as Conduit's registry knows it. */
export interface RegisteredSchema {
  readonly subject: string;
  readonly version: number;
  readonly text: string;
}

/** Conduit's schema service. Answers are kept for 15 minutes, as the Go SDK does; failures are not. */
export interface SchemaService {
  get(subject: string, version: number): Promise<RegisteredSchema>;
  /** Registers the schema, or finds the same one. */
  create(subject: string, text: string): Promise<RegisteredSchema>;
  close(): void;
}

export interface SchemaServiceOptions {
  /** `CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET`; empty where Conduit runs without the service. */
  readonly target: string;
  /** `CONDUIT_CONNECTOR_TOKEN`, passed on as it is. */
  readonly token: string;
  readonly net: Net;
  readonly timeoutMs?: number;
}

const SERVICE = '/connutils.v1.SchemaService/';
const KEPT_MS = 15 * 60_000;
const MAX_KEPT = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const PREFIX_BYTES = 5;
const TYPE_AVRO = 1;

export function schemaService(options: SchemaServiceOptions): SchemaService {
  const client = new UnaryClient(options);
  const kept = new Map<string, { until: number; schema: Promise<RegisteredSchema> }>();
  const cached = (key: string, fetch: () => Promise<RegisteredSchema>): Promise<RegisteredSchema> => {
    const known = kept.get(key);
    if (known !== undefined && known.until > performance.now()) return known.schema;
    const schema = fetch();
    if (kept.size >= MAX_KEPT) kept.clear();
    const entry = { until: performance.now() + KEPT_MS, schema };
    kept.set(key, entry);
    schema.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return schema;
  };
  return {
    get: (subject, version) =>
      cached(`get\n${version}\n${subject}`, async () => {
        const { Writer } = await protobuf();
        const request = Writer.create().uint32(10).string(subject).uint32(16).int32(version).finish();
        return decodeSchema(await client.call('GetSchema', request));
      }),
    create: (subject, text) =>
      cached(`create\n${subject}\n${text}`, async () => {
        const { Writer } = await protobuf();
        const request = Writer.create().uint32(10).string(subject).uint32(16).int32(TYPE_AVRO).uint32(26).bytes(Buffer.from(text)).finish();
        return decodeSchema(await client.call('CreateSchema', request));
      }),
    close: () => client.close(),
  };
}

/** Loaded with the first schema, because most pipelines never need one. */
async function protobuf(): Promise<typeof import('protobufjs/minimal.js')> {
  const module = await import('protobufjs/minimal.js');
  return module.default ?? module;
}

/** Decodes the answer of both calls: `{ schema = 1 { subject = 1, version = 2, id = 3, type = 4, bytes = 5 } }`. */
async function decodeSchema(answer: Uint8Array): Promise<RegisteredSchema> {
  const { Reader } = await protobuf();
  let subject = '';
  let version = 0;
  let text = '';
  let type = TYPE_AVRO;
  try {
    const outer = Reader.create(answer);
    while (outer.pos < outer.len) {
      const tag = outer.uint32();
      if (tag !== 10) {
        outer.skipType(tag & 7);
        continue;
      }
      const end = outer.uint32() + outer.pos;
      while (outer.pos < end) {
        const field = outer.uint32();
        if (field === 10) subject = outer.string();
        else if (field === 16) version = outer.int32();
        else if (field === 32) type = outer.int32();
        else if (field === 42) text = schemaText(outer.bytes());
        else outer.skipType(field & 7);
      }
    }
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    throw new ConnectorError('input.invalid', 'expected a schema from the schema service of Conduit, got bytes that do not decode', {
      cause,
    });
  }
  if (type !== TYPE_AVRO)
    throw new ConnectorError('input.invalid', `expected an Avro schema for ${subject}:${version}, got one of type ${type}`);
  return { subject, version, text };
}

function schemaText(bytes: Uint8Array): string {
  return decodeUtf8(
    bytes,
    (fault) => new ConnectorError('input.invalid', `the schema service of Conduit gave a schema that is no text, ${utf8Problem(fault)}`),
  );
}

/** Makes unary gRPC calls in plaintext over one HTTP/2 session, which is opened with the first call and again after it was lost. */
class UnaryClient {
  readonly #options: SchemaServiceOptions;
  readonly #dialer: Dialer;
  #session: Promise<ClientHttp2Session> | null = null;
  #live: ClientHttp2Session | null = null;

  constructor(options: SchemaServiceOptions) {
    this.#options = options;
    this.#dialer = options.net.dialer({ asker: 'schema stage', log: () => undefined });
  }

  /** Rejects with ConnectorError: `environment` with a field `target` if no answer came, `input.invalid` with the text of a refusal by the service. */
  async call(method: string, message: Uint8Array): Promise<Uint8Array> {
    const { target, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    if (target === '') {
      const text =
        'a schema is needed, but Conduit named no schema service: expected CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET in the environment';
      throw new ConnectorError('environment', text);
    }
    const late = new AbortController();
    const cancel = after(timeoutMs, () => late.abort(new Error(`no answer within ${timeoutMs} ms`)));
    try {
      const session = await unless(late.signal, this.#connected());
      late.signal.throwIfAborted();
      return await this.#request(session!, method, message, late.signal);
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      const reason = (error as Error).message;
      throw new ConnectorError('environment', `the schema service of Conduit at ${target} did not answer: ${reason}`, {
        fields: { target },
      });
    } finally {
      cancel();
    }
  }

  close(): void {
    this.#dialer.destroy(new ConnectorError('cancelled', 'the schema service is closed'));
    this.#session?.then(
      (session) => session.destroy(),
      () => undefined,
    );
    this.#session = null;
  }

  #request(session: ClientHttp2Session, method: string, message: Uint8Array, late: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': SERVICE + method,
        'content-type': 'application/grpc',
        te: 'trailers',
        'conduit-connector-token': this.#options.token,
      });
      const forget = onAbort(late, () => {
        reject(late.reason as Error);
        stream.close();
      });
      const answer: Buffer[] = [];
      let bytes = 0;
      let status: IncomingHttpHeaders = {};
      const keepStatus = (headers: IncomingHttpHeaders): void => {
        if (headers['grpc-status'] !== undefined) status = headers;
      };
      stream.on('response', keepStatus);
      stream.on('trailers', keepStatus);
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_ANSWER_BYTES) answer.push(chunk);
        else stream.close();
      });
      // If the session is lost, the stream is cancelled, and its error has the reason as `cause`.
      stream.on('error', (error) => reject(error.cause instanceof Error ? error.cause : error));
      stream.on('close', () => {
        forget();
        const code = status['grpc-status'];
        if (code === undefined) reject(new Error('the stream ended without a status'));
        else if (code !== '0')
          reject(new ConnectorError('input.invalid', decodeMessage(String(status['grpc-message'] ?? `gRPC status ${String(code)}`))));
        else {
          const whole = Buffer.concat(answer);
          if (whole.length < PREFIX_BYTES || whole[0] !== 0 || whole.readUInt32BE(1) !== whole.length - PREFIX_BYTES)
            reject(new Error('the answer is no gRPC message'));
          else resolve(whole.subarray(PREFIX_BYTES));
        }
      });
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32BE(message.length, 1);
      stream.end(Buffer.concat([prefix, message]));
    });
  }

  /** The one session for all calls. A new one is made after it failed or was lost, or if Conduit is about to close it. */
  #connected(): Promise<ClientHttp2Session> {
    if (this.#live?.closed || this.#live?.destroyed) this.#session = null;
    if (this.#session !== null) return this.#session;
    this.#live = null;
    const connecting = this.#open();
    this.#session = connecting;
    connecting.then(
      (session) => (this.#live = session),
      () => (this.#session = null),
    );
    return connecting;
  }

  async #open(): Promise<ClientHttp2Session> {
    const session = await connectHttp2(this.#dialer, targetOf(this.#options.target));
    session.on('error', () => undefined); // the streams of the session report the error
    session.unref();
    return session;
  }
}

/** The address to dial. Conduit listens on every address and names itself `[::]:43211`, which means this machine. */
function targetOf(text: string): Target {
  const { hostname, port } = new URL(`http://${text.replace(/^(\[::\]|0\.0\.0\.0|)(?=:\d+$)/, '127.0.0.1')}`);
  // A URL has brackets around an IPv6 address, a target has none.
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port === '' ? 80 : port), purpose: 'schema-service' };
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
