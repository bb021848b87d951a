/** kafkajs clients for one connection: addresses, TLS, SASL, time limits, and kafkajs' log lines as debug lines. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SecretReader } from '../../base/secrets.ts';
import type { Connection } from '../contract.ts';
import { CONNECT_TIMEOUT_MS, type Dialer } from '../../net/dialer.ts';
import type { Net } from '../../net/net.ts';
import { currentTls } from '../auth/tls.ts';
import type { Address, BatchWriter, KafkaClient, LookupOptions, Lookups, ProducerId, WriterOptions } from '../client.ts';
import type { DialOptions, DialOutcome, Inspector, InspectorOptions, Probe, ServerAnswer } from '../inspector.ts';
import type { Lister } from '../listing/lister.ts';
import { AdvertisedAddresses } from './advertised-addresses.ts';
import { KafkajsBatchWriter } from './batch-writer.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../group-consumer.ts';
import { kafkajsAddress, socketFactory, type OnLost } from './broker-socket.ts';
import { adminOf, clusterOf } from './cluster.ts';
import { CommitMetadata } from './commit-metadata.ts';
import { dialOnce } from './dial-once.ts';
import { KafkajsGroupConsumer } from './group-consumer.ts';
import kafkajs, { type Kafka } from './kafkajs.ts';
import { KafkajsInspector } from './inspector.ts';
import { KafkajsLookups } from './lookups.ts';
import { KafkajsLister } from './lister.ts';
import { askServer, reach } from './probe-brokers.ts';
import { requestProducerId } from './producer-id.ts';
import { THROTTLED } from './request-queue.ts';
import { loginOptions, type LoginOptions } from './sasl-options.ts';

const METADATA_MAX_AGE_MS = 300_000;
const REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_PORT = 9092;

export interface ClientOptions {
  /** Default: all servers of the connection. */
  servers?: Address[];
  /** Retries inside kafkajs. The callers' own retries are in addition. */
  retries?: number;
  /** When it aborts, all connections of the client break at once, and it makes no other. */
  signal?: AbortSignal;
  /** The connection's own limit counts if it is lower. */
  requestTimeoutMs?: number;
  /** Called for an advertised address that the policy refuses. Requests to that broker will fail. */
  onRefused?: (error: ConnectorError) => void;
  /** Called for each connection that is lost or could not be made. */
  onLost?: OnLost;
  /** Told when a quota of the brokers makes the client wait, and how long. */
  onThrottled?: (ms: number) => void;
}

export interface Client {
  kafka: Kafka;
  dialer: Dialer;
}

export interface ClientParts {
  log: Log;
  secrets: SecretReader;
  net: Net;
  /** Names the client for the network's policy, logs and errors: `consumer of group "g"`. */
  asker: string;
  /** Metadata of every committed offset. */
  commitMetadata?: string;
}

/** Makes clients for one connection. Each has a dialer of its own, so that one can be torn down while another starts. */
export class ClientFactory implements KafkaClient, Probe {
  readonly servers: readonly Address[];
  readonly log: Log;
  readonly commitMetadata: CommitMetadata;
  readonly #connection: Connection;
  readonly #login: (() => LoginOptions) | null;
  readonly #tls: ReturnType<typeof currentTls>;
  readonly #net: Net;
  readonly #asker: string;
  readonly #advertised: AdvertisedAddresses;
  readonly usesTls: boolean;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;

  constructor(connection: Connection, { log, secrets, net, asker, commitMetadata }: ClientParts) {
    this.servers = connection.servers.map(parseAddress);
    this.log = log;
    this.#connection = connection;
    this.#login = loginOptions(connection.sasl, { log, secrets, net, asker });
    this.#tls = currentTls(connection.tls, secrets);
    // Certificates that cannot be used are told here, before anything is dialled.
    this.#tls?.();
    this.usesTls = this.#tls !== null;
    this.#net = net;
    this.#asker = asker;
    this.#advertised = AdvertisedAddresses.of(net, connection.servers);
    this.connectTimeoutMs = connection.timeouts?.connectMs ?? CONNECT_TIMEOUT_MS;
    this.requestTimeoutMs = connection.timeouts?.requestMs ?? REQUEST_TIMEOUT_MS;
    this.commitMetadata = new CommitMetadata(commitMetadata ?? null, log);
  }

  /** False: brokers are asked for no login. */
  get hasLogin(): boolean {
    return this.#connection.sasl !== undefined;
  }

  get unreachable(): string | null {
    return this.#advertised.problem;
  }

  reach(signal?: AbortSignal): Promise<void> {
    return reach(this, signal);
  }

  lookups(options: LookupOptions = {}): Lookups {
    const { kafka, dialer } = this.create(options);
    return new KafkajsLookups(adminOf(kafka, options.isolation), () => dialer.destroy(new Error('closed')), options.signal);
  }

  async ask(server: Address, timeoutMs: number, signal?: AbortSignal): Promise<ServerAnswer> {
    const answer = await askServer(this, server, timeoutMs, signal);
    return 'failure' in answer ? { failure: answer.failure.text } : answer;
  }

  inspector(options: InspectorOptions): Inspector {
    const { kafka, dialer } = this.create({ retries: 1, ...options, servers: [...options.servers] });
    return new KafkajsInspector({
      cluster: clusterOf(kafka, { allowAutoTopicCreation: false, metadataMaxAge: METADATA_MAX_AGE_MS }),
      admin: kafka.admin(),
      destroy: () => dialer.destroy(new Error('closed')),
    });
  }

  /** Tries a connection, without a login; with `tls` as the connection has it. Never rejects. */
  dial(address: Address, { tls, purpose, signal }: DialOptions): Promise<DialOutcome> {
    const dialer = this.#net.dialer({ asker: this.#asker, log: this.log, tls: tls ? this.#tls : null, signal });
    return dialOnce(dialer, { ...address, purpose }, tls, signal);
  }

  lister(options: LookupOptions): Lister {
    return new KafkajsLister(this, options);
  }

  groupConsumer(options: GroupConsumerOptions): GroupConsumer {
    return new KafkajsGroupConsumer(this, options);
  }

  writer({ requestTimeoutMs }: WriterOptions): BatchWriter {
    const { kafka, dialer } = this.create({ retries: 1, requestTimeoutMs });
    const cluster = clusterOf(kafka, { allowAutoTopicCreation: true, metadataMaxAge: METADATA_MAX_AGE_MS });
    return new KafkajsBatchWriter(cluster, () => dialer.destroy(new Error('closed')));
  }

  producerId(signal: AbortSignal): Promise<ProducerId> {
    return requestProducerId(this, signal);
  }

  create(options: ClientOptions = {}): Client {
    const timeoutMs = this.connectTimeoutMs;
    const dialer = this.#net.dialer({ asker: this.#asker, log: this.log, tls: this.#tls, signal: options.signal, timeoutMs });
    const kafka = new kafkajs.Kafka({
      clientId: this.#connection.clientId,
      brokers: (options.servers ?? this.servers).map(({ host, port }) => kafkajsAddress(host, port)),
      // The dialer does TLS; kafkajs only logs this value.
      ssl: this.#tls !== null,
      socketFactory: socketFactory((host, port, signal) => this.#connect(dialer, host, port, signal, options.onRefused), options.onLost),
      sasl: this.#login?.(),
      // The dialer's own timeout comes first, because its error names the address.
      connectionTimeout: timeoutMs + 1_000,
      authenticationTimeout: timeoutMs,
      requestTimeout: Math.min(options.requestTimeoutMs ?? Number.POSITIVE_INFINITY, this.requestTimeoutMs),
      retry: { retries: options.retries ?? 5, initialRetryTime: 200, maxRetryTime: 2_000 },
      logLevel: kafkajs.logLevel.INFO,
      logCreator: () => (entry) => {
        if (entry.log.message === THROTTLED) options.onThrottled?.(Number(entry.log['throttledMs']));
        // When the client is closed its dialer breaks the connections, which kafkajs logs as errors.
        if (!dialer.isOver) this.#write(entry);
      },
    });
    return { kafka, dialer };
  }

  async #connect(
    dialer: Dialer,
    host: string,
    port: number,
    signal: AbortSignal,
    onRefused: ClientOptions['onRefused'],
  ): Promise<Awaited<ReturnType<Dialer['connect']>>> {
    if (this.servers.some((server) => server.host === host && server.port === port)) {
      const socket = await dialer.connect({ host, port, purpose: 'server' }, signal);
      this.#advertised.answered(host, port);
      return socket;
    }
    try {
      return await this.#advertised.dial(host, port, {
        log: this.log,
        isWanted: () => !signal.aborted && !dialer.isOver,
        connect: () => dialer.connect({ host, port, purpose: 'advertised' }, signal),
      });
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'policy.denied') onRefused?.(error);
      throw error;
    }
  }

  /**
   * Writes kafkajs' log lines as debug lines. kafkajs logs every failed connection as an error, at each try. `consume/` and `produce/` log once what an
   * operator must know.
   */
  #write(entry: { namespace: string; label: string; log: Record<string, unknown> }): void {
    const { message, logger: _logger, timestamp: _timestamp, stack: _stack, helpUrl: _helpUrl, ...facts } = entry.log;
    const text = typeof message === 'string' ? message : String(message);
    const fields: Record<string, string> = { component: `kafkajs.${entry.namespace}`, kafkajsLevel: entry.label.toLowerCase() };
    for (const [name, value] of Object.entries(facts)) {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[name] = String(value);
    }
    this.log('debug', text, fields);
  }
}

/** Parses `host`, `host:port` or `[v6]:port`. The default port is 9092. */
export function parseAddress(server: string): Address {
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d+))?$/.exec(server) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: Number(bracketedPort ?? DEFAULT_PORT) };
  const [host = '', port = '', ...more] = server.split(':');
  if (more.length > 0) return { host: server, port: DEFAULT_PORT };
  return { host, port: port === '' ? DEFAULT_PORT : Number(port) };
}
