/** The one place that makes sockets: brokers and what they advertise, schema services, token endpoints. A lint rule keeps others from it. */
import { Dialer, type DialerOptions } from './dialer.ts';
import type { DialPolicy } from './policy.ts';
import { systemResolve, type Resolve } from './resolve.ts';

export interface NetOptions {
  /** Asked about every name and every address before it is dialled. Default: everything is allowed. */
  policy?: DialPolicy;
  /** Default: the system's. */
  resolve?: Resolve;
}

/** The network as one connector may use it. Two connectors with two policies have two of these. */
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
