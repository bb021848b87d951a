import { ConnectorError } from '../base/errors.ts';
import { after } from '../base/wait.ts';
import { readStreamMessage, type StreamMessage } from '../conduit/stream-message.ts';

/** One write takes so much at most, unless a single request is larger. */
const MAX_WRITE_BYTES = 1024 * 1024;
const MAX_QUEUE_BYTES = 8 * 1024 * 1024;
/** How long single small records are waited for, when more have come while the last write ran. */
const LINGER_MS = 3;
/** Enough of them for a write that is worth its cost. */
const LINGER_BYTES = 64 * 1024;

/** Until when requests are collected into one write. */
export interface Gathering {
  /** Write as soon as so many records are there; 0 = not a reason to write. */
  maxRecords: number;
  /** Longest wait for more, from the first record on; 0 = do not wait. */
  maxDelayMs: number;
}

/** How requests become writes. */
export interface Collecting {
  gathering?: Gathering;
  /**
   * A write takes so many records at most, unless a single request holds more. With a rate limit it is the burst: one write of more would hold its
   * first acks back until the last record may go.
   */
  maxWriteRecords?: number;
}

export interface QueueRoom {
  /** Default: 8 MiB. */
  bytes?: number;
  /** Default: no bound. */
  requests?: number;
}

export interface WriteQueueOptions {
  /** Answers with one ack for each record, in order. Called for one write at a time. */
  write(records: Uint8Array): Promise<Uint8Array>;
  /** Acks of a write, never none; the next write waits for the promise. */
  acks(bytes: Uint8Array): Promise<void> | undefined;
  /** A write has failed as a whole; everything that waits is dropped. */
  failed(error: unknown): void;
  /** Too much waits (true); there is room again (false). */
  full(isFull: boolean): void;
  collecting: Collecting;
  /** So much may wait before the sender is asked to stop; it goes on at half of it. */
  room?: QueueRoom;
}

/**
 * Natural batching: what has arrived is written at once, and what arrives meanwhile gathers for the next write. A sender that waits for
 * each ack (arch-v2) is never made to wait; one that does not and sends single records (arch-v1) gets a few milliseconds to send more.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #maxBytes: number;
  readonly #maxRequests: number;
  #requests: StreamMessage[] = [];
  #records = 0;
  #bytes = 0;
  #writing = false;
  #full = false;
  #hurried = false;
  /** What waits has been gathered already: the last write was full. */
  #gathered = false;
  #closed = false;
  #wake: (() => void) | null = null;
  #onIdle: (() => void)[] = [];

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#maxBytes = options.room?.bytes ?? MAX_QUEUE_BYTES;
    this.#maxRequests = options.room?.requests ?? Infinity;
  }

  /** What waits is not being written yet: more is waited for. */
  get gathering(): boolean {
    return this.#wake !== null;
  }

  /** Nothing waits and nothing is being written. */
  get idle(): boolean {
    return !this.#writing && this.#requests.length === 0;
  }

  push(request: StreamMessage): void {
    if (this.#closed || request.count === 0) return;
    this.#requests.push(request);
    this.#records += request.count;
    this.#bytes += request.bytes.length;
    if (!this.#writing) void this.#pump();
    else if (this.#wake !== null && this.#isEnough()) this.#wake();
    if (this.#full || (this.#bytes <= this.#maxBytes && this.#requests.length < this.#maxRequests)) return;
    this.#full = true;
    this.#options.full(true);
  }

  /** From now on nothing waits for more to come. Resolves when all that was pushed is written and acknowledged, or dropped. */
  flush(): Promise<void> {
    this.#hurried = true;
    this.#wake?.();
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Drops what waits. Resolves when a write that has begun is over; what it wrote until then is acknowledged. */
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
        if (part === null) break; // dropped meanwhile
        const acks = await this.#options.write(part.bytes);
        const answered = readStreamMessage(acks, 'the acks of a write').count;
        if (this.#closed && answered <= part.count) {
          if (answered > 0) void this.#options.acks(acks);
          break;
        }
        if (answered !== part.count) {
          throw new ConnectorError('guest.contract', `expected ${part.count} acks for as many records, the connector gave ${answered}`);
        }
        await this.#options.acks(acks);
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

  /** Undefined: write now. */
  #gather(isFirst: boolean): Promise<void> | undefined {
    const configured = this.#options.collecting.gathering?.maxDelayMs ?? 0;
    const delayMs = configured > 0 ? configured : this.#lingerMs(isFirst);
    if (this.#hurried || this.#gathered || delayMs === 0 || this.#isEnough()) return undefined;
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

  /** Requests that came while the last write ran mean a sender that does not wait; more than one record in each, that lingering gains nothing. */
  #lingerMs(isFirst: boolean): number {
    return isFirst || this.#records > this.#requests.length ? 0 : LINGER_MS;
  }

  #isEnough(): boolean {
    const { gathering } = this.#options.collecting;
    if (gathering !== undefined && gathering.maxRecords > 0 && this.#records >= gathering.maxRecords) return true;
    return this.#bytes >= (gathering !== undefined && gathering.maxDelayMs > 0 ? MAX_WRITE_BYTES : LINGER_BYTES);
  }

  /** The requests from the front that make one write. Concatenated requests are one request. */
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
    if (!this.#full || this.#bytes > this.#maxBytes / 2 || this.#requests.length > this.#maxRequests / 2) return;
    this.#full = false;
    this.#options.full(false);
  }
}
