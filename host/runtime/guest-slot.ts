import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { within } from '../base/wait.ts';
import { specificationOf, type ConnectorParts } from './connector-parts.ts';
import type { Capability } from './capability.ts';
import type { InvalidParam, Specification } from './contract.ts';
import { configure, teardown, type ConfigPairs, type Side } from './guest.ts';
import { Instance } from './instance.ts';
import { Vault } from './vault.ts';

/** Holds the one guest instance that a connector has at a time, its configuration, and the secrets, which the guest does not get. */
export class GuestSlot {
  readonly log: Log;
  readonly #parts: ConnectorParts;
  readonly #side: Side;
  readonly #vault: Vault;
  readonly #capabilities: readonly Capability[];
  #config: ConfigPairs = [];
  #instance: Instance | null = null;
  #ready = false;
  #opening = false;
  #closed = false;

  constructor(parts: ConnectorParts, side: Side) {
    this.#parts = parts;
    this.#side = side;
    this.#vault = new Vault(parts.secretFiles);
    this.log = this.#vault.redacted(parts.log);
    this.#capabilities = parts.capabilities(this.#vault, this.log, parts.limits);
  }

  /** The instance if it is open and alive. */
  get ready(): Instance | null {
    return this.#ready && this.#instance?.failure === null ? this.#instance : null;
  }

  /** An instance is on its way: it has nothing to save. */
  get opening(): boolean {
    return this.#opening;
  }

  /** The instance, whatever its state; null before the first one. */
  get instance(): Instance | null {
    return this.#instance;
  }

  specify(): Promise<Specification> {
    return specificationOf(this.#parts, this.#capabilities);
  }

  /** The problems of a configuration. If there are none, the configuration is kept for this and every later instance. */
  configure(config: Readonly<Record<string, string>>): Promise<InvalidParam[]> {
    return this.clean(async () => {
      const specification = await this.specify();
      const params = this.#side === 'source' ? specification.sourceParams : specification.destinationParams;
      const { pairs, problems } = this.#vault.hide(config, params, this.#parts.checkSecret);
      const instance = await this.#fresh();
      const invalid = [...(await configure(instance, this.#side, pairs, this.#parts.limits)), ...problems];
      if (invalid.length === 0) this.#config = pairs;
      return invalid;
    });
  }

  /** Ends the current instance, then configures and opens a new one. */
  async open(open: (instance: Instance) => Promise<void>): Promise<Instance> {
    this.#opening = true;
    try {
      const instance = await this.#fresh();
      const problems = await configure(instance, this.#side, this.#config, this.#parts.limits);
      if (problems.length > 0) throw new ConnectorError('config.invalid', problems.map((problem) => problem.reason).join('\n'));
      await open(instance);
      this.#ready = true;
      return instance;
    } finally {
      this.#opening = false;
    }
  }

  /** The current instance is the last one: no other may be started. */
  close(): void {
    this.#closed = true;
  }

  /** Gives the guest, if it is alive, at most `ms` for its teardown. Never rejects. */
  async tearDown(ms: number): Promise<void> {
    const instance = this.#instance;
    if (instance === null) return;
    try {
      if (instance.failure === null && !(await within(teardown(instance, this.#side, this.#parts.limits), ms))) {
        this.log('warn', `the ${this.#side} was not torn down within ${Math.round(ms)} ms; its guest is ended`);
      }
    } catch (thrown) {
      this.log('warn', `tearing down the ${this.#side} failed: ${ConnectorError.from(thrown).message}`);
    }
  }

  /** Ends the instance, and waits at most `ms` until all that it opened is closed. Never rejects. */
  async end(ms: number): Promise<void> {
    if (this.#instance !== null) await within(this.#instance.end(), ms);
  }

  /** Runs `work`. Its errors are passed on as ConnectorError without secrets. */
  async clean<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw this.errorOf(thrown);
    }
  }

  errorOf(thrown: unknown): ConnectorError {
    return this.#vault.redactError(ConnectorError.from(thrown));
  }

  async #fresh(): Promise<Instance> {
    this.#ready = false;
    await this.#instance?.end();
    const { placement, limits } = this.#parts;
    const component = await this.#parts.component();
    const instance = await Instance.start({
      component,
      placement,
      limits,
      log: this.log,
      capabilities: this.#capabilities,
    });
    this.#instance = instance;
    if (this.#closed) {
      await instance.end();
      throw new ConnectorError('cancelled', 'the connector is stopping');
    }
    return instance;
  }
}
