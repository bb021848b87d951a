import { ConnectorError } from '../base/errors.ts';
import { after } from '../base/wait.ts';
import { readStreamMessage, type StreamMessage } from '../conduit/stream-message.ts';

/** Most bytes of one write, unless a single request is larger. */
const MAX_WRITE_BYTES = 1024 * 1024;
const MAX_QUEUE_BYTES = 8 * 1024 * 1024;
/** How long a write waits for more single records, if some arrived while the last write ran. */
const LINGER_MS = 3;
/** A write with at least so many bytes is worth its fixed cost, and does not wait for more records. */
const LINGER_BYTES = 64 * 1024;

/** The limits up to which requests are collected into one write (`sdk.batch.*`). */
export interface Gathering {
  /** Write as soon as so many records wait; 0 = no such limit. */
  maxRecords: number;
  /** Longest time that a record waits for more, from its arrival; 0 = do not wait. A record that arrives during a write may have waited long enough. */
  maxDelayMs: number;
}

/** How requests become writes. */
export interface Collecting {
  gathering?: Gathering;
  /**
   * Most records of one write, unless a single request holds more. With a rate limit it is the burst: the acks of a larger write would come only
   * when the rate limit lets its last record pass.
   */
  maxWriteRecords?: number;
}

export interface QueueRoom {
  /** Default: 8 MiB. */
  bytes?: number;
  /** Default: no bound. */
  requests?: number;
}

/** The sender's side of a queue. */
export interface QueueListener {
  /** Takes the acks of a write, at least one, and the records that were written. The next write waits for the promise. */
  acks(acks: Uint8Array, records: Uint8Array): Promise<void> | undefined;
  /** A write failed as a whole; the requests that wait have been dropped. */
  failed(error: unknown): void;
  /** True: the queue is full, the sender should stop. False: there is room again. */
  full(isFull: boolean): void;
  /** The queue is full when more than this waits, and has room again at half of it. Requests of a write that is still gathered never make it full. */
  room?: QueueRoom;
}

export interface WriteQueueOptions extends QueueListener {
  /** Answers with one ack for each record, in order. Called for one write at a time. */
  write(records: Uint8Array): Promise<Uint8Array>;
  collecting: Collecting;
}

/**
 * Writes requests as soon as they arrive. Requests that arrive during a write are gathered into the next one. A sender that waits for each ack
 * (arch-v2) is never delayed; for one that sends single records without waiting (arch-v1) a write waits three milliseconds for more.
 */
export class WriteQueue {
  /** Most records of a request that is to be written with others, as the settings say; Infinity if they do not. */
  readonly requestRecords: number;
  readonly #options: WriteQueueOptions;
  readonly #maxBytes: number;
  readonly #maxRequests: number;
  #requests: StreamMessage[] = [];
  #records = 0;
  #bytes = 0;
  /** When the first of the requests that wait arrived. */
  #sinceMs = 0;
  #writing = false;
  #full = false;
  #hurried = false;
  /** Records of the write that runs, or has failed as a whole. */
  #unanswered = 0;
  /** The last write was full, so the requests that wait have been gathered already. */
  #gathered = false;
  #closed = false;
  #wake: (() => void) | null = null;
  #onIdle: (() => void)[] = [];

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#maxBytes = options.room?.bytes ?? MAX_QUEUE_BYTES;
    this.#maxRequests = options.room?.requests ?? Infinity;
    const { gathering, maxWriteRecords = Infinity } = options.collecting;
    this.requestRecords = Math.min(gathering?.maxRecords || Infinity, maxWriteRecords);
  }

  /** True while requests wait for more to arrive before they are written. */
  get gathering(): boolean {
    return this.#wake !== null;
  }

  /** Number of records in the write that is running, or that failed as a whole. They are the oldest records without an ack. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** True if no request waits and no write is running. */
  get idle(): boolean {
    return !this.#writing && this.#requests.length === 0;
  }

  push(request: StreamMessage): void {
    if (this.#closed || request.count === 0) return;
    if (this.#requests.length === 0 && this.#gathers) this.#sinceMs = performance.now();
    this.#requests.push(request);
    this.#records += request.count;
    this.#bytes += request.bytes.length;
    if (!this.#writing) void this.#pump();
    else if (this.#wake !== null && this.#isEnough()) this.#wake();
    if (this.#full || (this.#bytes <= this.#maxBytes && this.#requests.length < this.#maxRequests) || this.#isFilling()) return;
    this.#full = true;
    this.#options.full(true);
  }

  /** From now on no write waits for more requests. Resolves when all requests are written and acknowledged, or dropped. */
  flush(): Promise<void> {
    this.#hurried = true;
    this.#wake?.();
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Drops the requests that wait. Resolves when the write that is running has ended; the records that it wrote are acknowledged. */
  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return this.flush();
  }

  async #pump(): Promise<void> {
    this.#writing = true;
    try {
      for (let isFirst = true; this.#requests.length > 0; isFirst = false) {
        const waiting = this.#gather(isFirst);
        if (waiting !== undefined) await waiting;
        const part = this.#take();
        if (part === null) break; // the requests were dropped meanwhile
        this.#unanswered = part.count;
        const acks = await this.#options.write(part.bytes);
        const answered = readStreamMessage(acks, 'the acks of a write').count;
        if (this.#closed && answered <= part.count) {
          if (answered > 0) void this.#options.acks(acks, part.bytes);
          this.#unanswered -= answered;
          break;
        }
        if (answered !== part.count) {
          throw new ConnectorError('guest.contract', `expected ${part.count} acks for as many records, the connector gave ${answered}`);
        }
        const taken = this.#options.acks(acks, part.bytes);
        this.#unanswered = 0;
        await taken;
      }
    } catch (error) {
      this.#closed = true;
      this.#drop();
      this.#options.failed(error);
    }
    this.#writing = false;
    const idle = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of idle) resolve();
  }

  /** Waits for more requests; undefined if the write can begin now. */
  #gather(isFirst: boolean): Promise<void> | undefined {
    if (this.#hurried || this.#gathered || this.#isEnough()) return undefined;
    const delayMs = this.#gathers ? this.#restMs() : this.#lingerMs(isFirst);
    if (delayMs <= 0) return undefined;
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = after(delayMs, wake);
      this.#wake = wake;
    });
  }

  /** What is left of the delay that the settings allow; the first request may have waited for a part of it while a write ran. */
  #restMs(): number {
    return this.#options.collecting.gathering!.maxDelayMs - (performance.now() - this.#sinceMs);
  }

  /** Requests that arrived while a write ran come from a sender that does not wait for acks. If they hold several records each, waiting gains nothing. */
  #lingerMs(isFirst: boolean): number {
    return isFirst || this.#records > this.#requests.length ? 0 : LINGER_MS;
  }

  #isEnough(): boolean {
    const { gathering } = this.#options.collecting;
    if (gathering !== undefined && gathering.maxRecords > 0 && this.#records >= gathering.maxRecords) return true;
    return this.#bytes >= (this.#gathers ? MAX_WRITE_BYTES : LINGER_BYTES);
  }

  /** True if the settings make a write wait for more records. */
  get #gathers(): boolean {
    return (this.#options.collecting.gathering?.maxDelayMs ?? 0) > 0;
  }

  /**
   * True while the waiting requests are less than the write that the settings ask for. If the sender stopped now, the write would not fill, and
   * the sender would wait for the delay.
   */
  #isFilling(): boolean {
    return this.#gathers && !this.#hurried && !this.#isEnough();
  }

  /** Takes the first requests, as many as one write may hold. Concatenated requests are one request. */
  #take(): StreamMessage | null {
    const first = this.#requests[0];
    if (first === undefined) return null;
    let taken = 1;
    let bytes = first.bytes.length;
    let count = first.count;
    const maxRecords = this.#options.collecting.maxWriteRecords ?? Infinity;
    for (; taken < this.#requests.length; taken++) {
      const next = this.#requests[taken]!;
      if (bytes + next.bytes.length > MAX_WRITE_BYTES || count + next.count > maxRecords) break;
      bytes += next.bytes.length;
      count += next.count;
    }
    this.#gathered = taken < this.#requests.length;
    const part = taken === this.#requests.length ? this.#requests : this.#requests.slice(0, taken);
    this.#requests = taken === this.#requests.length ? [] : this.#requests.slice(taken);
    this.#records -= count;
    this.#bytes -= bytes;
    this.#makeRoom();
    return {
      count,
      bytes:
        taken === 1
          ? first.bytes
          : Buffer.concat(
              part.map((request) => request.bytes),
              bytes,
            ),
    };
  }

  #drop(): void {
    this.#requests = [];
    this.#records = 0;
    this.#bytes = 0;
    this.#makeRoom();
  }

  #makeRoom(): void {
    if (!this.#full) return;
    if (!this.#isFilling() && (this.#bytes > this.#maxBytes / 2 || this.#requests.length > this.#maxRequests / 2)) return;
    this.#full = false;
    this.#options.full(false);
  }
}
