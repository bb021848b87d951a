import type { Log } from '../../base/log.ts';

/** How often the parent process is checked. */
const WATCH_MS = 500;
/** A client that reconnects does so within this time. After it the client counts as gone. */
const RECONNECT_MS = 1_000;
/** Longest wait for the first connection. Conduit connects soon after it has read the handshake line. */
const FIRST_SESSION_MS = 60_000;
/** After SIGTERM the process ends on its own only after this time: Conduit's own shutdown takes up to 30 s and ends its plugins by Shutdown. */
const TERMINATE_MS = 45_000;
/** Longest time for leaving Kafka. Together with WATCH_MS and RECONNECT_MS it ends the process within 5 s of its parent. */
const LEAVE_MS = 3_000;
/** Longest time for leaving Kafka after Shutdown: go-plugin kills the process 2 s after it. */
const SHUTDOWN_MS = 1_500;
/** Delay between Shutdown and the end, so that the answer to Shutdown is sent before the process ends. */
const ANSWER_MS = 50;

export interface LifelineOptions {
  log: Log;
  /** Tears down the connector that runs. May hang. */
  leave(): Promise<void>;
  exit(code: number): void;
  parentId?(): number;
}

/**
 * Decides when this process ends. Conduit ends it by `Shutdown`. Signals do not end it, because the whole process group gets them when a person
 * stops Conduit, and Conduit then still needs the plugin. A Conduit that died cannot send `Shutdown`: so the parent process and its connection are
 * watched, and an orphan does not keep partitions of a consumer group.
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
      if (!this.#hadSession) this.#end(`Conduit did not connect within ${FIRST_SESSION_MS / 1000} s`, LEAVE_MS, 1);
    }, FIRST_SESSION_MS).unref();
    process.on('SIGINT', () => {});
    process.on('SIGHUP', () => {});
    process.on('SIGTERM', () => {
      this.#terminate ??= setTimeout(
        () => this.#end(`Conduit has not stopped the connector within ${TERMINATE_MS / 1000} s of SIGTERM`, LEAVE_MS, 1),
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
    setTimeout(() => this.#end('Conduit called Shutdown', SHUTDOWN_MS, 0), ANSWER_MS);
  }

  /** Ends the process after an error that no code handled: the state of the process is unknown. */
  crash(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log('error', `unexpected error, the plugin ends: ${message}`);
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
