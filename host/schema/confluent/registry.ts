import { cancelledBy } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { sleep } from '../../base/wait.ts';
import { HttpClient, type HttpAnswer, type HttpOptions } from '../../net/http.ts';

const TIMEOUT_MS = 10_000;
/** Of one answer, and so of one schema. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Most characters of a registry's text in an error. */
const MAX_REASON = 500;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

/** A schema that another one uses. */
export interface Reference {
  /** The name by which the other schema calls it. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface RegistrySchema {
  readonly type: SchemaType;
  readonly text: string;
  readonly references: readonly Reference[];
}

export interface RegistryOptions extends Pick<HttpOptions, 'net' | 'tls' | 'log'> {
  /** Servers of one registry, without a slash at their end. */
  readonly urls: readonly string[];
  /** The header `Authorization`; null: none. */
  readonly authorization: string | null;
}

/** An answer of the registry that is no success; `status` is that of HTTP. */
export class RegistryRefusal extends ConnectorError {
  readonly status: number;
  constructor(status: number, message: string) {
    super('schema.rejected', message);
    this.status = status;
  }
}

/**
 * A schema registry with the API of Confluent. While no server answers, each call tries again, with growing pauses, until its signal aborts; it then
 * rejects with `schema.unreachable`. Rejects at once with RegistryRefusal if the registry refuses, with `policy.denied` if the policy does.
 */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #http: HttpClient;
  readonly #log: Log;
  /** The server that answered last. */
  #server = 0;
  #unreachable: ConnectorError | null = null;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#http = new HttpClient({ ...options, asker: 'schema registry client', purpose: 'schema-registry' });
  }

  /** Why no server answers; null if one did at the last call. */
  get unreachable(): ConnectorError | null {
    return this.#unreachable;
  }

  /** Rejects if no server answers, or if the registry does not accept the credentials. */
  async probe(signal: AbortSignal): Promise<void> {
    try {
      await this.#ask('GET', '/schemas/types', signal);
    } catch (error) {
      // A registry without this path has answered all the same.
      if (!(error instanceof RegistryRefusal) || error.status === 401 || error.status === 403) throw error;
    }
  }

  async byId(id: number, signal: AbortSignal): Promise<RegistrySchema> {
    return schemaOf(await this.#ask('GET', `/schemas/ids/${id}`, signal), `schema ${id}`);
  }

  /** `version`: a number or `latest`. */
  async byVersion(subject: string, version: number | 'latest', signal: AbortSignal): Promise<RegistrySchema & { readonly id: number }> {
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/${version}`, signal);
    return { ...schemaOf(answer, `version ${version} of subject "${subject}"`), id: idOf(answer, subject) };
  }

  /** The identifier of a schema that the subject has. */
  async idIn(subject: string, schema: RegistrySchema, signal: AbortSignal): Promise<number> {
    return idOf(await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}`, signal, schema), subject);
  }

  /** Registers a schema, or finds the same one. */
  async register(subject: string, schema: RegistrySchema, signal: AbortSignal): Promise<number> {
    return idOf(await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, signal, schema), subject);
  }

  close(): void {
    this.#http.close(new ConnectorError('cancelled', 'the schema registry client is closed'));
  }

  async #ask(method: string, path: string, signal: AbortSignal, schema?: RegistrySchema): Promise<unknown> {
    const body =
      schema === undefined
        ? undefined
        : JSON.stringify({
            schema: schema.text,
            ...(schema.type === 'AVRO' ? {} : { schemaType: schema.type }),
            references: schema.references,
          });
    const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    for (;;) {
      const answer = await this.#answer(method, path, body, signal);
      if (answer !== null) return answer.content;
      const pauseMs = backoff.next();
      await sleep(pauseMs, signal);
      if (signal.aborted) throw this.#unreachable!; // `!`: `#answer` has set it
    }
  }

  /** Asks one server after the other, from that on which answered last. Null: none has answered. */
  async #answer(method: string, path: string, body: string | undefined, signal: AbortSignal): Promise<{ content: unknown } | null> {
    const { urls, authorization } = this.#options;
    let reason = '';
    for (let i = 0; i < urls.length; i++) {
      const server = (this.#server + i) % urls.length;
      const url = urls[server]!; // `!`: an index of the list
      try {
        const answer = await this.#http.request({
          method,
          url: url + path,
          headers: {
            accept: `${MEDIA_TYPE}, application/json`,
            ...(body === undefined ? {} : { 'content-type': MEDIA_TYPE }),
            ...(authorization === null ? {} : { authorization }),
          },
          body,
          timeoutMs: TIMEOUT_MS,
          maxBytes: MAX_ANSWER_BYTES,
          signal,
        });
        if (answer.status < 500 && answer.status !== 429) {
          this.#answered(server);
          return { content: contentOf(answer, url) };
        }
        reason = `${url}: HTTP status ${answer.status}`;
      } catch (error) {
        if (error instanceof ConnectorError) throw error;
        if (signal.aborted) throw this.#unreachable ?? cancelledBy(signal);
        reason = `${url}: ${(error as Error).message}`;
      }
    }
    const error = new ConnectorError('schema.unreachable', `the schema registry does not answer: ${reason}`);
    // The loss is a warning once, not at every try.
    this.#log(this.#unreachable === null ? 'warn' : 'debug', `${error.message}; trying again...`);
    this.#unreachable = error;
    return null;
  }

  #answered(server: number): void {
    this.#server = server;
    if (this.#unreachable !== null) this.#log('info', 'the schema registry answers again');
    this.#unreachable = null;
  }
}

function contentOf({ status, body }: HttpAnswer, url: string): unknown {
  let content: unknown;
  try {
    content = JSON.parse(body.toString());
  } catch {
    content = undefined;
  }
  if (status >= 200 && status < 300) {
    if (content === undefined)
      throw new RegistryRefusal(status, `expected JSON from the schema registry, got something else: is ${url} its address?`);
    return content;
  }
  const { message } = (content ?? {}) as { message?: unknown };
  const reason = typeof message === 'string' && message !== '' ? message.slice(0, MAX_REASON) : 'it gives no reason';
  const hint = status === 401 || status === 403 ? '; check schemaRegistry.username, schemaRegistry.password and schemaRegistry.token' : '';
  throw new RegistryRefusal(status, `the schema registry refused (HTTP status ${status}): ${reason}${hint}`);
}

function schemaOf(answer: unknown, what: string): RegistrySchema {
  const { schema, schemaType = 'AVRO', references = [] } = (answer ?? {}) as Record<string, unknown>;
  if (typeof schema !== 'string') throw malformed(what, 'has no text');
  if (schemaType !== 'AVRO' && schemaType !== 'JSON' && schemaType !== 'PROTOBUF')
    throw malformed(what, `is of type ${JSON.stringify(schemaType)}`);
  if (!Array.isArray(references)) throw malformed(what, 'has no list of references');
  const list = references.map((one: unknown) => {
    const { name, subject, version } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number')
      throw malformed(what, 'has a malformed reference');
    return { name, subject, version };
  });
  return { type: schemaType, text: schema, references: list };
}

function idOf(answer: unknown, subject: string): number {
  const { id } = (answer ?? {}) as { id?: unknown };
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff) return id;
  throw malformed(`the schema of subject "${subject}"`, 'has no identifier');
}

function malformed(what: string, problem: string): ConnectorError {
  return new ConnectorError('schema.mismatch', `${what} of the schema registry ${problem}`);
}
