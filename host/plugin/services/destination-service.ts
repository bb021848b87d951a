import { within } from '../../base/wait.ts';
import type { Destination } from '../../connector/destination.ts';
import { eachFrame } from '../../conduit/frames.ts';
import { ConnectorService, unary, type ConnectorServiceOptions } from './connector-service.ts';
import type { Call, CallHandlers } from '../grpc/call.ts';
import type { Method } from '../grpc/server.ts';
import { MessageTooLarge } from '../grpc/frames.ts';
import { STATUS, StatusError } from '../grpc/status.ts';
import { VarintReader } from '../../base/varint.ts';
import { RECORD } from '../../conduit/tags.ts';
import { EMPTY, decodeBytes, decodeConfig } from '../../conduit/protocol-messages.ts';
import { readStreamMessage } from '../../conduit/stream-message.ts';
import type { WriteQueue } from '../../sdk/write-queue.ts';

const SERVICE = '/connector.v2.DestinationPlugin/';
/** Stop can arrive before the records: longest wait for the record that it names. */
const RECEIPT_MS = 10_000;
/** Longest wait after that until all records are written. Conduit gives all its pipelines 30 s to end. */
const FLUSH_MS = 15_000;
const MAX_POSITION_CHARACTERS = 300;
/** `connector.v2.Destination.Run.Request.records`. */
const REQUEST_RECORDS = (1 << 3) | 2;

export interface DestinationServiceOptions extends ConnectorServiceOptions<Destination> {
  /** Largest message of records that is received. Default: the server's limit. */
  maxReceiveBytes?: number;
}

/** Conduit's `DestinationPlugin` service. A process serves one destination connector. */
export class DestinationService extends ConnectorService<Destination> {
  readonly #options: DestinationServiceOptions;
  #queue: WriteQueue | null = null;
  #lastRequest: Uint8Array = EMPTY;
  /** A request could not be read: nothing after it is written. */
  #isBroken = false;
  /** The record for which a Stop waits. */
  #awaited: { position: Uint8Array; arrived(): void } | null = null;
  #drained: (() => void) | null = null;
  #teardown: Promise<void> | null = null;

  constructor(options: DestinationServiceOptions) {
    super('destination', options);
    this.#options = options;
  }

  methods(): [path: string, method: Method][] {
    return [
      unary(`${SERVICE}Configure`, (request) => this.configure(decodeConfig(request))),
      unary(`${SERVICE}Open`, () => this.#open()),
      [`${SERVICE}Run`, { stream: (call) => this.#run(call), maxReceiveBytes: this.#options.maxReceiveBytes }],
      unary(`${SERVICE}Stop`, (request) => this.#stop(decodeBytes(request))),
      unary(`${SERVICE}Teardown`, () => this.teardown().then(() => EMPTY)),
      unary(`${SERVICE}LifecycleOnCreated`, () => Promise.resolve(EMPTY)),
      unary(`${SERVICE}LifecycleOnUpdated`, () => Promise.resolve(EMPTY)),
      unary(`${SERVICE}LifecycleOnDeleted`, () => Promise.resolve(EMPTY)),
    ];
  }

  /** Closes the connector. May be called in any state, any number of times. Conduit sends records that are not acknowledged again. */
  teardown(): Promise<void> {
    this.state = 'TornDown';
    this.#teardown ??= (async () => {
      this.#released();
      // A write that waits for a broker or for the rate limit ends when the connector closes.
      const written = this.#queue?.close();
      await this.connector?.teardown();
      await written;
      this.call?.end();
    })();
    return this.#teardown;
  }

  async #open(): Promise<Uint8Array> {
    this.expect('Configured');
    await this.connector!.open();
    this.advance('Configured', 'Started');
    return EMPTY;
  }

  #run(call: Call): CallHandlers {
    this.expect('Started');
    this.advance('Started', 'Running');
    this.call = call;
    const connector = this.connector!;
    const queue = connector.queue({
      acks: (bytes) => (call.write(bytes) || !call.open ? undefined : new Promise((resolve) => (this.#drained = resolve))),
      failed: (error) => this.failed(call, error),
      full: (isFull) => (isFull ? call.pause() : call.resume()),
    });
    this.#queue = queue;
    return {
      message: (request) => this.#receive(call, queue, request),
      malformed: (error) => this.#break(call, queue, withPosition(error)),
      drained: () => this.#released(),
      ended: () => void queue.flush().then(() => call.end()),
      closed: () => {
        // A cancelled call means "stop now": Conduit sends the records that are not acknowledged again after the next start.
        this.#released();
        this.#awaited?.arrived();
        void queue.close();
      },
    };
  }

  #receive(call: Call, queue: WriteQueue, request: Buffer): void {
    if (this.#isBroken) return;
    try {
      const records = readStreamMessage(request, 'records');
      if (records.count === 0) return; // Conduit panics on an answer without acks
      this.#lastRequest = records.bytes;
      queue.push(records);
      if (this.#awaited !== null && holds(records.bytes, this.#awaited.position)) this.#awaited.arrived();
    } catch (error) {
      call.pause();
      this.#break(call, queue, error);
    }
  }

  /** Ends the stream with the error, once the records before the malformed request are written and acknowledged. */
  #break(call: Call, queue: WriteQueue, error: unknown): void {
    this.#isBroken = true; // the same network buffer may hold more requests, which must not be written
    void queue.flush().then(() => this.failed(call, error));
  }

  async #stop(lastPosition: Uint8Array): Promise<Uint8Array> {
    const queue = this.#queue;
    if (queue === null || this.state === 'TornDown') return EMPTY;
    if (lastPosition.length > 0 && this.call?.open === true && !holds(this.#lastRequest, lastPosition)) {
      const arrival = new Promise<void>((arrived) => (this.#awaited = { position: lastPosition, arrived }));
      await withinStop(arrival, RECEIPT_MS, 'the last record did not arrive');
      this.#awaited = null;
    }
    if (this.call?.open !== true) return EMPTY;
    await withinStop(queue.flush(), FLUSH_MS, 'not all records were written');
    return EMPTY;
  }

  #released(): void {
    this.#drained?.();
    this.#drained = null;
  }
}

/** Which record a message over the limit begins with, if its position has come. In arch-v1 the message holds no other. */
function withPosition(error: unknown): unknown {
  if (!(error instanceof MessageTooLarge)) return error;
  const position = firstPosition(error.begin);
  if (position === null) return error;
  const text = Buffer.from(position).toString().slice(0, MAX_POSITION_CHARACTERS).toWellFormed();
  return new StatusError(error.status, `${error.message}; it begins with the record at position ${text}`);
}

/** Protobuf is written in the order of its fields: the first record, and in it the position, come first. Null if they do not. */
function firstPosition(request: Uint8Array): Uint8Array | null {
  const reader = new VarintReader(request);
  if (reader.next() !== REQUEST_RECORDS || reader.next() < 0 || reader.next() !== RECORD.position) return null;
  const length = reader.next();
  return length < 0 || reader.at + length > request.length ? null : request.subarray(reader.at, reader.at + length);
}

/** True if a record of the request has this position (field 1 of `opencdc.v1.Record`). */
function holds(request: Uint8Array, position: Uint8Array): boolean {
  let found = false;
  eachFrame(request, (start, end) => {
    found ||= Buffer.compare(decodeBytes(request.subarray(start, end)), position) === 0;
  });
  return found;
}

/** Rejects with `deadlineExceeded` if the promise takes longer than `limitMs`. */
async function withinStop(promise: Promise<void>, limitMs: number, what: string): Promise<void> {
  if (!(await within(promise, limitMs))) throw new StatusError(STATUS.deadlineExceeded, `${what} within ${limitMs / 1000} s of Stop`);
}
