import type { Log } from '../../base/log.ts';

/** How often the parent process is looked at. */
const WATCH_MS = 500;
/** A client that reconnects does so within this time; one that is gone does not. */
const RECONNECT_MS = 1_000;
/** Conduit connects within moments of the handshake line. */
const FIRST_SESSION_MS = 60_000;
/** Who is told to end by SIGTERM alone gets this long: Conduit's own shutdown takes up to 30 s. */
const TERMINATE_MS = 45_000;
/** Leaving Kafka takes at most this long; with what comes before it the process is gone within 5 s of its parent. */
const LEAVE_MS = 3_000;
/** After Shutdown, go-plugin kills the process 2 s later. */
const SHUTDOWN_MS = 1_500;
/** The answer to Shutdown must be on its way before the process ends. */
const ANSWER_MS = 50;

export interface LifelineOptions {
  log: Log;
  /** Tears down whatever runs. May hang. */
  leave(): Promise<void>;
  exit(code: number): void;
  parentId?(): number;
}

/**
 * When this process ends. Conduit ends it by `Shutdown`; signals, which the whole process group gets when a person stops Conduit, do not.
 * A Conduit that died ends nothing by itself: the parent is watched, and its connection, so that no orphan keeps its
 * partitions in a consumer group.
 */
export class Lifeline {
  readonly #options: LifelineOptions;
  #ending = false;
  #hadSession = false;
  #reconnect: NodeJS.Timeout | null = null;
  #terminate: NodeJS.Timeout | null = null;

  constructor(options: LifelineOptions) {
    this.#options = options;
  }

  /** Takes the signals of the process, watches its parent, and waits for the first connection. */
  start(): void {
    const parentId = (): number => this.#options.parentId?.() ?? process.ppid;
    const parent = parentId();
    setInterval(() => {
      if (parentId() !== parent) this.#end('Conduit has ended', LEAVE_MS, 1);
    }, WATCH_MS).unref();
    setTimeout(() => {
      if (!this.#hadSession) this.#end(`nobody connected within ${FIRST_SESSION_MS / 1000} s`, LEAVE_MS, 1);
    }, FIRST_SESSION_MS).unref();
    process.on('SIGINT', () => {});
    process.on('SIGHUP', () => {});
    process.on('SIGTERM', () => {
      this.#terminate ??= setTimeout(
        () => this.#end('SIGTERM, and Conduit has not stopped this connector', LEAVE_MS, 1),
        TERMINATE_MS,
      ).unref();
    });
  }

  /** The number of connections has changed. */
  sessions(open: number): void {
    if (this.#reconnect !== null) clearTimeout(this.#reconnect);
    this.#reconnect = null;
    if (open > 0) this.#hadSession = true;
    else if (this.#hadSession) {
      this.#reconnect = setTimeout(() => this.#end('the connection to Conduit has ended', LEAVE_MS, 1), RECONNECT_MS);
    }
  }

  /** Conduit asks the process to end. */
  shutdown(): void {
    setTimeout(() => this.#end('Conduit asks for it', SHUTDOWN_MS, 0), ANSWER_MS);
  }

  /** Something that no code has expected; the state of the process is unknown. */
  crash(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log('error', `unexpected error, the connector ends: ${message}`);
    this.#options.log('debug', error instanceof Error ? (error.stack ?? message) : message);
    this.#end('an unexpected error', SHUTDOWN_MS, 2);
  }

  #end(why: string, limitMs: number, code: number): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#options.log(code === 0 ? 'debug' : 'warn', `the plugin ends: ${why}`);
    const late = setTimeout(() => {
      this.#options.log('warn', `the connector was not closed within ${limitMs} ms`);
      this.#options.exit(code);
    }, limitMs);
    this.#options
      .leave()
      .catch((error: unknown) =>
        this.#options.log('warn', `the connector was not closed cleanly: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        clearTimeout(late);
        this.#options.exit(code);
      });
  }
}
