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
  /** Takes a batch. False: the sink is full, send nothing more until `resume()`. */
  batch(batch: Batch): boolean;
  /** The source has failed for good; only teardown may follow. Called at most once. */
  failed(error: ConnectorError): void;
}

export interface RunOptions {
  credit?: Partial<Credit>;
}

/** Call the guest at least this often even when the sink is full, so that it can commit due offsets. */
const IDLE_MS = 1_000;
/** After so many reads in a row that returned nothing and did not wait, the host pauses between reads: such a guest must not keep it busy. */
const EMPTY_READS = 10;
const EMPTY_PAUSE_MS = 20;
const EMPTY = new Uint8Array(0);
const NO_CREDIT: Credit = { maxRecords: 0, maxBytes: 0, maxWaitMs: 0 };

/**
 * One source connector: a read loop over a guest instance that may be replaced. Once the loop runs it is the only caller of the guest; acks, stop and
 * teardown set a flag and wake it.
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
  /** Before this time, by `performance.now()`, there is no read and no new instance. */
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

  /** `position`: the last acknowledged position, or null (or empty) on a first run. */
  open(position: Uint8Array | null): Promise<void> {
    return this.openFirst(() => {
      this.#acks.resume = position === null || position.length === 0 ? null : new Uint8Array(position);
      return this.#openGuest();
    });
  }

  /** Begins to read. The sink gets the batches, and the error if the source fails for good. */
  run(sink: SourceSink, options: RunOptions = {}): void {
    if (this.state !== 'open') throw outOfOrder('run', this.state);
    this.state = 'running';
    this.#sink = sink;
    this.#credit = { ...this.parts.limits.credit, ...options.credit };
    this.#loop = this.#run();
  }

  /** To be called when the sink has room again. */
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
      this.#pace.end(); // the timer may fire too early
      this.#wake();
    };
    // Acks come in bursts. The delay lets one call deliver a whole burst.
    const { restMs } = this.#pace;
    if (restMs <= 0) setImmediate(wake);
    else this.#ackTimer = setTimeout(wake, restMs);
  }

  /** Resolves when the guest has got every ack handed in so far, or has ended. */
  async settled(): Promise<void> {
    if (this.#acks.delivered && !this.#delivering) return;
    if (this.state === 'failed' || this.state === 'torn down') return;
    const settled = new Promise<void>((resolve) => this.#settledWaiters.push(resolve));
    this.#wake();
    await settled;
  }

  /** Stops reading. No record is emitted afterwards; acks may follow. Resolves with the last emitted position, empty if there is none. */
  async stop(): Promise<Uint8Array> {
    if (this.state === 'running') {
      this.#stopAsked = true;
      const stopped = new Promise<void>((resolve) => this.#stopWaiters.push(resolve));
      this.#wake();
      await stopped;
    }
    return this.#lastEmitted;
  }

  /** Waits for the loop, which delivers the acks that are left before it ends. */
  protected override async finish(ms: number): Promise<boolean> {
    this.#wake();
    await within(this.#loop, ms);
    this.state = 'torn down';
    this.#release();
    // If the loop has not ended, it waits for a call of the guest. The teardown call then waits in the instance's queue.
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

  /** Does one thing, the most urgent first: acks, the end, stop, a new instance, a read. True: the loop is over. */
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
      this.guest.log('info', 'the source was reopened with a new guest', {});
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
      // The guest has recorded the acks before it tried to commit. It commits again with the next acks or read.
      if (instance.failure !== null || !error.retryable) throw error;
      this.guest.log('warn', `acknowledged offsets are not committed yet, the commit is tried again: ${error.message}`, {
        code: error.code,
      });
    } finally {
      this.#pace.called(beganAt);
      this.#delivering = false;
      if (this.#acks.delivered) this.#resolveAll(this.#settledWaiters);
      else this.#wakeForAcks(); // for acks that came during the call or did not fit into it
    }
  }

  async #stopGuest(): Promise<void> {
    if (this.#stopWaiters.length === 0) return;
    const instance = this.guest.ready;
    try {
      if (instance !== null) await stop(instance, 'source', this.parts.limits);
    } catch (thrown) {
      this.guest.log('warn', `stopping the source failed: ${ConnectorError.from(thrown).message}`);
      if (this.guest.ready === null) this.#retire();
    } finally {
      this.#resolveAll(this.#stopWaiters);
    }
  }

  /** Schedules the next attempt after an error. Throws if the source cannot go on. */
  async #recover(error: ConnectorError): Promise<void> {
    const { instance } = this.guest;
    if (instance === null || instance.failure === null) {
      if (!error.retryable) throw error;
      const delayMs = this.#readBackoff.next();
      this.guest.log('warn', `reading failed, next attempt in ${delayMs} ms: ${error.message}`, { code: error.code });
      this.#notBefore = performance.now() + delayMs;
      return;
    }
    this.#retire();
    await instance.end();
    this.restartCap.count(error);
    const delayMs = this.restartBackoff.next();
    this.guest.log('warn', `the guest is replaced in ${delayMs} ms: ${error.message}`, { code: error.code });
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
