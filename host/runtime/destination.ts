import { ConnectorError } from '../errors.ts';
import type { Log } from '../log.ts';
import { outOfOrder, specificationOf, type ConnectorParts } from './connector-parts.ts';
import type { Capabilities, InvalidParam, Specification } from './contract.ts';
import { countRecords } from './frames.ts';
import { destinationGuest, type ConfigPairs } from './guest.ts';
import { Instance } from './instance.ts';
import { Backoff, RestartCap, Signal, within } from './supervision.ts';
import { Vault } from './vault.ts';

type State = 'new' | 'configured' | 'open' | 'stopped' | 'torn down';

/** One destination connector. Writes are done one after the other; an instance that fails is replaced and the write repeated. */
export class DestinationConnector {
  readonly #parts: ConnectorParts;
  readonly #vault = new Vault();
  readonly #log: Log;
  readonly #capabilities: Capabilities;
  readonly #closed = new Signal();
  readonly #restartBackoff: Backoff;
  readonly #restartCap: RestartCap;

  #state: State = 'new';
  #config: ConfigPairs = [];
  #instance: Instance | null = null;
  /** The instance is open. */
  #ready = false;
  #writes: Promise<unknown> = Promise.resolve();
  #closing = false;
  #teardown: Promise<void> | null = null;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#log = this.#vault.redacted(parts.log);
    this.#capabilities = parts.capabilities(this.#vault, this.#log);
    this.#restartBackoff = new Backoff(parts.limits);
    this.#restartCap = new RestartCap(parts.limits);
  }

  specify(): Promise<Specification> {
    return specificationOf(this.#parts);
  }

  /** The problems of the configuration, none if it is accepted. May be called again until `open`. */
  async configure(config: Readonly<Record<string, string>>): Promise<InvalidParam[]> {
    if (this.#state !== 'new' && this.#state !== 'configured') throw outOfOrder('configure', this.#state);
    return this.#clean(async () => {
      const { destinationParams } = await this.specify();
      const { pairs, problems } = this.#vault.hide(config, destinationParams, this.#parts.checkSecret);
      const instance = await this.#freshInstance();
      const invalid = [...(await destinationGuest.configure(instance, pairs, this.#parts.limits)), ...problems];
      if (invalid.length === 0) {
        this.#config = pairs;
        this.#state = 'configured';
      }
      return invalid;
    });
  }

  async open(): Promise<void> {
    if (this.#state !== 'configured') throw outOfOrder('open', this.#state);
    await this.#clean(() => this.#openGuest());
    if (this.#closing) throw new ConnectorError('cancelled', 'The connector is stopping.');
    this.#state = 'open';
  }

  /**
   * Writes a Destination.Run.Request and returns the Destination.Run.Response: one ack for each record. Rejects when no outcome
   * is known, after the attempts that the limits allow; records may have been written all the same.
   */
  write(records: Uint8Array): Promise<Uint8Array> {
    const turn = this.#writes.then(() => this.#clean(() => this.#writeWithRetries(records)));
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** After the writes in flight; no more of them follow. */
  async stop(): Promise<void> {
    await this.#writes;
    if (this.#state !== 'open') return;
    this.#state = 'stopped';
    const instance = this.#instance;
    if (instance === null || instance.failure !== null) return;
    await this.#clean(() => destinationGuest.stop(instance, this.#parts.limits));
  }

  /** Waits a bounded time for the write in flight, and ends the guest. In any state, any number of times. Never rejects. */
  teardown(): Promise<void> {
    this.#teardown ??= this.#tearDown();
    return this.#teardown;
  }

  async #tearDown(): Promise<void> {
    const { limits } = this.#parts;
    this.#closing = true;
    this.#closed.notify();
    const deadline = performance.now() + limits.teardownMs;
    const written = await within(this.#writes, limits.teardownMs);
    this.#state = 'torn down';
    const instance = this.#instance;
    if (instance === null) return;
    try {
      if (written && instance.failure === null) {
        const intime = await within(destinationGuest.teardown(instance, limits), Math.max(deadline - performance.now(), 1_000));
        if (!intime) this.#log('warn', `The destination did not tear down within ${limits.teardownMs} ms.`);
      }
    } catch (thrown) {
      this.#log('warn', `The destination did not tear down cleanly: ${ConnectorError.from(thrown).message}`);
    }
    await instance.end();
  }

  async #writeWithRetries(records: Uint8Array): Promise<Uint8Array> {
    const { limits } = this.#parts;
    if (this.#state !== 'open') throw this.#closing ? new ConnectorError('cancelled', 'The connector is stopping.') : outOfOrder('write', this.#state);
    const count = countRecords(records);
    if (count === null || count === 0) {
      throw new ConnectorError('input.invalid', 'A write cannot be read: expected a Destination.Run.Request with one record or more.');
    }
    if (records.length > limits.writeBytes) {
      throw new ConnectorError('limit.exceeded', `A write of ${records.length} bytes is over the limit of ${limits.writeBytes}: send fewer records at once.`);
    }
    const backoff = new Backoff(limits);
    for (let attempt = 1; ; attempt++) {
      try {
        if (!this.#ready || this.#instance!.failure !== null) await this.#openGuest();
        const answer = await destinationGuest.write(this.#instance!, records, count, limits);
        this.#restartBackoff.progress();
        return answer;
      } catch (thrown) {
        const error = this.#vault.redactError(ConnectorError.from(thrown));
        if (this.#closing) throw error;
        const failed = this.#instance;
        let delayMs: number;
        const replaced = failed !== null && failed.failure !== null;
        if (replaced) {
          await failed.end();
          this.#restartCap.count(error);
          delayMs = this.#restartBackoff.next();
        } else {
          if (!error.retryable || attempt >= limits.writeAttempts) throw error;
          delayMs = backoff.next();
        }
        this.#log('warn', `Writing failed, ${replaced ? 'the guest is replaced and it is tried again' : 'next attempt'} in ${delayMs} ms: ${error.message}`, { code: error.code });
        await this.#closed.wait(delayMs);
        if (this.#closing) throw error;
      }
    }
  }

  async #freshInstance(): Promise<Instance> {
    this.#ready = false;
    await this.#instance?.end();
    if (this.#closing) throw new ConnectorError('cancelled', 'The connector is stopping.');
    const { placement, limits } = this.#parts;
    const component = await this.#parts.component();
    this.#instance = await Instance.start({ component, placement, limits, log: this.#log, capabilities: this.#capabilities });
    return this.#instance;
  }

  async #openGuest(): Promise<void> {
    const { limits } = this.#parts;
    const instance = await this.#freshInstance();
    const problems = await destinationGuest.configure(instance, this.#config, limits);
    if (problems.length > 0) throw new ConnectorError('config.invalid', problems.map((problem) => problem.reason).join('\n'));
    await destinationGuest.open(instance, limits);
    this.#ready = true;
  }

  async #clean<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw this.#vault.redactError(ConnectorError.from(thrown));
    }
  }
}
