import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { ConnectorError } from '../base/errors.ts';

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

/** Loaded with the first schema: most pipelines never need one. */
async function protobuf(): Promise<typeof import('protobufjs/minimal.js')> {
  const module = await import('protobufjs/minimal.js');
  return module.default ?? module;
}

/** `{ schema = 1 { subject = 1, version = 2, id = 3, type = 4, bytes = 5 } }`, the answer of both calls. */
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
        else if (field === 42) text = Buffer.from(outer.bytes()).toString();
        else outer.skipType(field & 7);
      }
    }
  } catch (cause) {
    throw new ConnectorError('input.invalid', 'expected a schema from the schema service of Conduit, got bytes that do not decode', {
      cause,
    });
  }
  if (type !== TYPE_AVRO)
    throw new ConnectorError('input.invalid', `expected an Avro schema for ${subject}:${version}, got one of type ${type}`);
  return { subject, version, text };
}

/** Unary gRPC calls, plaintext, over one HTTP/2 session that is opened when needed and again when it was lost. */
class UnaryClient {
  readonly #options: SchemaServiceOptions;
  #session: ClientHttp2Session | null = null;

  constructor(options: SchemaServiceOptions) {
    this.#options = options;
  }

  call(method: string, message: Uint8Array): Promise<Uint8Array> {
    const { target, token, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    if (target === '') {
      const text =
        'a schema is needed, but Conduit named no schema service: expected CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET in the environment';
      return Promise.reject(new ConnectorError('environment', text));
    }
    return new Promise((resolve, reject) => {
      const unreachable = (reason: string): void => {
        reject(
          new ConnectorError('environment', `the schema service of Conduit at ${target} did not answer: ${reason}`, { fields: { target } }),
        );
      };
      let session: ClientHttp2Session;
      try {
        session = this.#connected(unreachable);
      } catch (error) {
        unreachable((error as Error).message);
        return;
      }
      const stream = session.request({
        ':method': 'POST',
        ':path': SERVICE + method,
        'content-type': 'application/grpc',
        te: 'trailers',
        'conduit-connector-token': token,
      });
      const answer: Buffer[] = [];
      let bytes = 0;
      let status: IncomingHttpHeaders = {};
      const timer = setTimeout(() => {
        unreachable(`no answer within ${timeoutMs} ms`);
        stream.close();
      }, timeoutMs);
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
      // A stream of a session that could not connect is cancelled because of that.
      stream.on('error', (error) => unreachable(error.cause instanceof Error ? error.cause.message : error.message));
      stream.on('close', () => {
        clearTimeout(timer);
        const code = status['grpc-status'];
        if (code === undefined) unreachable('the stream ended without a status');
        else if (code !== '0')
          reject(new ConnectorError('input.invalid', decodeMessage(String(status['grpc-message'] ?? `gRPC status ${String(code)}`))));
        else {
          const whole = Buffer.concat(answer);
          if (whole.length < PREFIX_BYTES || whole[0] !== 0 || whole.readUInt32BE(1) !== whole.length - PREFIX_BYTES)
            unreachable('the answer is no gRPC message');
          else resolve(whole.subarray(PREFIX_BYTES));
        }
      });
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32BE(message.length, 1);
      stream.end(Buffer.concat([prefix, message]));
    });
  }

  close(): void {
    this.#session?.destroy();
    this.#session = null;
  }

  #connected(failed: (reason: string) => void): ClientHttp2Session {
    const open = this.#session;
    if (open !== null && !open.closed && !open.destroyed) return open;
    const session = connect(authority(this.#options.target));
    session.on('error', (error) => failed(error.message));
    session.on('close', () => {
      if (this.#session === session) this.#session = null;
    });
    session.unref();
    this.#session = session;
    return session;
  }
}

/** Conduit listens on every address and says so: `[::]:43211`. */
function authority(target: string): URL {
  const address = target.replace(/^(\[::\]|0\.0\.0\.0|)(?=:\d+$)/, '127.0.0.1');
  return new URL(`http://${address}`);
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
