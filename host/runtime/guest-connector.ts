import { Backoff } from '../base/backoff.ts';
import { Deadline } from '../base/deadline.ts';
import { outOfOrder, type ConnectorParts } from './connector-parts.ts';
import type { InvalidParam, Specification } from './contract.ts';
import { GuestSlot } from './guest-slot.ts';
import type { Side } from './guest.ts';
import { RestartCap } from './supervision.ts';

/** Only a source is `running` or `failed`, only a destination `stopped`. */
type State = 'new' | 'configured' | 'opening' | 'open' | 'running' | 'stopped' | 'failed' | 'torn down';

/** Each step of a teardown has so much time, even if the steps before it have taken all of `teardownMs`. */
const LEAST_MS = 1_000;

/** The common part of a source and a destination: a guest that may be replaced, and the calls before and after its work. */
export abstract class GuestConnector {
  protected readonly parts: ConnectorParts;
  protected readonly guest: GuestSlot;
  protected readonly restartBackoff: Backoff;
  protected readonly restartCap: RestartCap;
  protected state: State = 'new';
  /** Teardown has begun: no new work begins. */
  protected closing = false;
  #teardown: Promise<void> | null = null;

  protected constructor(parts: ConnectorParts, side: Side) {
    this.parts = parts;
    this.guest = new GuestSlot(parts, side);
    this.restartBackoff = new Backoff(parts.limits.backoffMinMs, parts.limits.backoffMaxMs);
    this.restartCap = new RestartCap(parts.limits);
  }

  specify(): Promise<Specification> {
    return this.guest.specify();
  }

  /** The problems of the configuration, none if it is accepted. May be called again until `open`. */
  async configure(config: Readonly<Record<string, string>>): Promise<InvalidParam[]> {
    if (this.state !== 'new' && this.state !== 'configured') throw outOfOrder('configure', this.state);
    const problems = await this.guest.configure(config);
    this.state = problems.length === 0 ? 'configured' : 'new';
    return problems;
  }

  /**
   * Gives the guest the acks that are left, lets it commit, and ends it, within `teardownMs` and three seconds. An open in flight ends at once. May be
   * called in any state, any number of times. Never rejects.
   */
  teardown(): Promise<void> {
    this.#teardown ??= this.#tearDown();
    return this.#teardown;
  }

  /** Opens the first guest. If that fails, `open` may be called again. */
  protected async openFirst(openGuest: () => Promise<unknown>): Promise<void> {
    if (this.state !== 'configured') throw outOfOrder('open', this.state);
    this.state = 'opening';
    try {
      await this.guest.clean(openGuest);
      this.state = 'open';
    } catch (error) {
      // If the connector was torn down meanwhile, that state stays.
      if (this.state === 'opening') this.state = 'configured';
      throw error;
    }
  }

  /** Waits at most `ms` for the work in flight. False: the guest is still busy with it, and cannot be asked to tear down. */
  protected abstract finish(ms: number): Promise<boolean>;

  async #tearDown(): Promise<void> {
    const deadline = Deadline.after(this.parts.limits.teardownMs);
    const leftMs = (): number => Math.max(deadline.leftMs, LEAST_MS);
    this.closing = true;
    this.guest.close();
    // A guest that is being opened has nothing to save, be it the first one or one that replaces another.
    if (this.guest.opening) await this.guest.end(leftMs());
    const finished = await this.finish(leftMs());
    this.state = 'torn down';
    if (finished) await this.guest.tearDown(leftMs());
    await this.guest.end(leftMs());
  }
}
