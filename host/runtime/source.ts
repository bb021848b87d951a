import { Backoff } from '../base/backoff.ts';
import { ConnectorError } from '../base/errors.ts';
import { turn, within } from '../base/wait.ts';
import { AckLedger } from './ack-ledger.ts';
import { AckPace } from './ack-pace.ts';
import { outOfOrder, type ConnectorParts } from './connector-parts.ts';
import type { Batch, Credit } from './contract.ts';
import { GuestConnector } from './guest-connector.ts';
import { sourceGuest, stop } from './guest.ts';
import type { Instance } from './instance.ts';
import { Signal } from './supervision.ts';

export interface SourceSink {
  /** False: full, no more until `resume()`. */
  batch(batch: Batch): boolean;
  /** The source has ended for good; only teardown is left. Called at most once. */
  failed(error: ConnectorError): void;
}

export interface RunOptions {
  credit?: Partial<Credit>;
}

/** A full or idle source still calls its guest so often, so that it commits what is due. */
const IDLE_MS = 1_000;
/** A guest that returns nothing at once, again and again, must not keep the host busy: after so many such reads it is asked less often. */
const EMPTY_READS = 10;
const EMPTY_PAUSE_MS = 20;
const EMPTY = new Uint8Array(0);
const NO_CREDIT: Credit = { maxRecords: 0, maxBytes: 0, maxWaitMs: 0 };

/**
 * One source connector: a read loop over a guest instance that may be replaced underneath. The loop is the only caller of the
 * guest once it runs; acks, stop and teardown leave a note and wake it.
 */
export class SourceConnector extends GuestConnector {
  readonly #acks: AckLedger;
  readonly #pace = new AckPace();
  readonly #signal = new Signal();
  readonly #readBackoff: Backoff;

  #sink: SourceSink | null = null;
  #credit: Credit;
  #loop: Promise<void> = Promise.resolve();
  #full = false;
  #stopAsked = false;
  #ackWake = false;
  #ackTimer: NodeJS.Timeout | undefined;
  #delivering = false;
  /** No read, and no new instance, before this time. */
  #notBefore = 0;
  #lastRead = 0;
  #emptyReads = 0;
  #lastEmitted: Uint8Array = EMPTY;
  #stopWaiters: (() => void)[] = [];
  #settledWaiters: (() => void)[] = [];

  constructor(parts: ConnectorParts) {
    super(parts, 'source');
    this.#acks = new AckLedger(parts.limits);
    this.#credit = parts.limits.credit;
    this.#readBackoff = new Backoff(parts.limits.backoffMinMs, parts.limits.backoffMaxMs);
  }

  /** `position`: the last one acknowledged, or null (or empty) on a first run. */
  open(position: Uint8Array | null): Promise<void> {
    return this.openFirst(() => {
      this.#acks.resume = position === null || position.length === 0 ? null : new Uint8Array(position);
      return this.#openGuest();
    });
  }

  /** Begins to read. Batches and the final error, if any, go to the sink. */
  run(sink: SourceSink, options: RunOptions = {}): void {
    if (this.state !== 'open') throw outOfOrder('run', this.state);
    this.state = 'running';
    this.#sink = sink;
    this.#credit = { ...this.parts.limits.credit, ...options.credit };
    this.#loop = this.#run();
  }

  /** The sink has room again. */
  resume(): void {
    this.#full = false;
    this.#signal.notify();
  }

  /** Takes a Source.Run.Request: positions in the order in which their records were emitted. Ignored unless the source runs. */
  ack(positions: Uint8Array): void {
    if (this.#sink === null || this.state === 'failed' || this.state === 'torn down') return;
    try {
      if (!this.#acks.acknowledge(positions)) return;
    } catch (thrown) {
      return this.#fail(ConnectorError.from(thrown));
    }
    this.#wakeForAcks();
  }

  #wakeForAcks(): void {
    if (this.#ackWake) return;
    this.#ackWake = true;
    const wake = (): void => {
      this.#ackWake = false;
      this.#pace.end(); // a timer may be early
      this.#wake();
    };
    // Not at once: acks come in bursts, and one call takes them all.
    const { restMs } = this.#pace;
    if (restMs <= 0) setImmediate(wake);
    else this.#ackTimer = setTimeout(wake, restMs);
  }

  /** Resolves when the guest was given every ack handed in so far (or is gone). */
  async settled(): Promise<void> {
    if (this.#acks.delivered && !this.#delivering) return;
    if (this.state === 'failed' || this.state === 'torn down') return;
    const settled = new Promise<void>((resolve) => this.#settledWaiters.push(resolve));
    this.#wake();
    await settled;
  }

  /** Stops reading. Nothing is emitted afterwards, acks may follow. The last emitted position, empty if there is none. */
  async stop(): Promise<Uint8Array> {
    if (this.state === 'running') {
      this.#stopAsked = true;
      const stopped = new Promise<void>((resolve) => this.#stopWaiters.push(resolve));
      this.#wake();
      await stopped;
    }
    return this.#lastEmitted;
  }

  /** Also gives the guest the acks that are left. */
  protected override async finish(ms: number): Promise<boolean> {
    this.#wake();
    await within(this.#loop, ms);
    this.state = 'torn down';
    this.#release();
    // A loop that is late waits for its guest, which takes the call after that.
    return true;
  }

  async #run(): Promise<void> {
    for (;;) {
      await turn();
      try {
        if (await this.#step()) break;
      } catch (thrown) {
        if (this.closing) return;
        try {
          await this.#recover(this.guest.errorOf(thrown));
        } catch (final) {
          this.#fail(ConnectorError.from(final));
          return;
        }
      }
      if (this.state === 'failed') return;
    }
  }

  /** One thing to do, the most urgent first: acks, the end, stop, a new instance, a read. True: the loop is over. */
  async #step(): Promise<boolean> {
    const instance = this.guest.ready;
    if (instance !== null && this.#areAcksDue) {
      const positions = this.#acks.next();
      if (positions !== null) {
        await this.#deliver(instance, positions);
        return false;
      }
    }
    if (this.closing) return true;
    if (this.#stopAsked) {
      await this.#stopGuest();
      await this.#signal.wait(Infinity);
      return false;
    }
    const now = performance.now();
    if (now < this.#notBefore) {
      await this.#signal.wait(this.#notBefore - now);
      return false;
    }
    if (instance === null) {
      await this.#openGuest();
      this.guest.log('info', 'The source was reopened.', {});
      return false;
    }
    if (this.#full) {
      const due = this.#lastRead + IDLE_MS - now;
      if (due > 0) {
        await this.#signal.wait(due);
        return false;
      }
    }
    await this.#read(instance);
    return false;
  }

  get #areAcksDue(): boolean {
    if (this.closing || this.#stopAsked || this.#settledWaiters.length > 0) return true;
    return this.#pace.restMs <= 0 || this.#acks.bytes >= this.parts.limits.ackBytes;
  }

  async #read(instance: Instance): Promise<void> {
    this.#lastRead = performance.now();
    const batch = await sourceGuest.read(instance, this.#full ? NO_CREDIT : this.#credit, this.parts.limits);
    this.#readBackoff.progress();
    this.#emptyReads = batch !== null || performance.now() - this.#lastRead > 1 ? 0 : this.#emptyReads + 1;
    if (this.#emptyReads > EMPTY_READS) this.#notBefore = performance.now() + EMPTY_PAUSE_MS;
    if (batch === null || this.state !== 'running' || this.closing) return;
    this.restartBackoff.progress();
    this.#acks.emitted(batch.count);
    this.#lastEmitted = batch.lastPosition;
    if (!this.#sink!.batch(batch)) this.#full = true;
  }

  async #deliver(instance: Instance, positions: Uint8Array): Promise<void> {
    this.#delivering = true;
    const beganAt = performance.now();
    try {
      await sourceGuest.ack(instance, positions, this.parts.limits);
    } catch (thrown) {
      const error = ConnectorError.from(thrown);
      // The guest has noted the acks before it tried to commit, and tries again with the next ones or when it is idle.
      if (instance.failure !== null || !error.retryable) throw error;
      this.guest.log('warn', `Acknowledged offsets could not be committed yet: ${error.message}`, { code: error.code });
    } finally {
      this.#pace.called(beganAt);
      this.#delivering = false;
      if (this.#acks.delivered) this.#resolveAll(this.#settledWaiters);
      else this.#wakeForAcks(); // what came during the call, or did not fit into it
    }
  }

  async #stopGuest(): Promise<void> {
    if (this.#stopWaiters.length === 0) return;
    const instance = this.guest.ready;
    try {
      if (instance !== null) await stop(instance, 'source', this.parts.limits);
    } catch (thrown) {
      this.guest.log('warn', `The source did not stop cleanly: ${ConnectorError.from(thrown).message}`);
      if (this.guest.ready === null) this.#retire();
    } finally {
      this.#resolveAll(this.#stopWaiters);
    }
  }

  /** Decides what an error means for the loop; throws it, or another, if the source is over. */
  async #recover(error: ConnectorError): Promise<void> {
    const { instance } = this.guest;
    if (instance === null || instance.failure === null) {
      if (!error.retryable) throw error;
      const delayMs = this.#readBackoff.next();
      this.guest.log('warn', `Reading failed, next attempt in ${delayMs} ms: ${error.message}`, { code: error.code });
      this.#notBefore = performance.now() + delayMs;
      return;
    }
    this.#retire();
    await instance.end();
    this.restartCap.count(error);
    const delayMs = this.restartBackoff.next();
    this.guest.log('warn', `The guest is replaced in ${delayMs} ms: ${error.message}`, { code: error.code });
    this.#notBefore = performance.now() + delayMs;
  }

  #retire(): void {
    this.#acks.retire();
    this.#resolveAll(this.#settledWaiters);
  }

  #openGuest(): Promise<Instance> {
    return this.guest.open((instance) => sourceGuest.open(instance, this.#acks.resume, this.parts.limits));
  }

  #wake(): void {
    this.#signal.notify();
    this.guest.instance?.interrupt();
  }

  #fail(error: ConnectorError): void {
    if (this.state !== 'running') return;
    this.state = 'failed';
    this.#release();
    this.#wake();
    this.#sink!.failed(error);
  }

  #release(): void {
    clearTimeout(this.#ackTimer);
    this.#acks.drop();
    this.#resolveAll(this.#stopWaiters);
    this.#resolveAll(this.#settledWaiters);
  }

  #resolveAll(waiters: (() => void)[]): void {
    for (const resolve of waiters.splice(0)) resolve();
  }
}
