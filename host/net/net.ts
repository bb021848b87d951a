/**
 * The one place that makes sockets: to brokers, to the addresses that they advertise, to schema services and token endpoints. A lint rule keeps
 * every other folder from dialling.
 */
import { Dialer, type DialerOptions } from './dialer.ts';
import type { DialPolicy } from './policy.ts';
import { systemResolve, type Resolve } from './resolve.ts';

export interface NetOptions {
  /** Asked about every name and every address before it is dialled. Default: everything is allowed. */
  policy?: DialPolicy;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

/** The network that one connector may use. Connectors with different policies have a `Net` each. */
export class Net {
  readonly #policy: DialPolicy | null;
  readonly #resolve: Resolve;

  constructor({ policy, resolve = systemResolve }: NetOptions = {}) {
    this.#policy = policy ?? null;
    this.#resolve = resolve;
  }

  dialer(options: DialerOptions): Dialer {
    return new Dialer(this.#policy, this.#resolve, options);
  }
}
