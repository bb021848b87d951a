import { ConnectorError } from '../base/errors.ts';

/**
 * One WIT interface that a guest may import, and its implementation. The host composes a table of capabilities for one connector; the runtime
 * turns the table into the import object of an instance and knows none of the names. Policies, metrics and limits wrap a capability into
 * another one (`intercept`).
 */
export interface Capability {
  /** Name and version of the WIT interface: `conduit:kafka/consumer@0.1.0`. */
  readonly interface: string;
  /** By their WIT names. They run on the host's thread. */
  readonly functions?: Readonly<Record<string, HostFunction>>;
  /** By their WIT names. */
  readonly resources?: Readonly<Record<string, HostResource>>;
  /** Functions that run in the guest's thread. A function that answers at once cannot be called across threads. */
  readonly local?: LocalFunctions;
  /** The last error line that the guest logged after `sinceMs` (`performance.now()`), for the error of a trap; null if it logged none. */
  lastWords?(sinceMs: number): string | null;
}

/** Given to every call of a host function, after the guest's arguments. */
export interface CallContext {
  /**
   * Aborts when the instance ends, with a ConnectorError `cancelled` as its reason. A function that opens a handle then stops at once, frees
   * what it has opened and rejects with that reason. The runtime closes handles that are open already.
   */
  readonly signal: AbortSignal;
  /**
   * The most bytes that one result may hold. A larger result does not fit the guest's memory, and the guest traps. A result that cannot be cut
   * to fit fails with ConnectorError `limit.exceeded`, which names the record that is too large.
   */
  readonly resultBytes: number;
}

/**
 * The type is `never[]` so that functions with any parameters fit; only the runtime calls them, with the guest's arguments in the shapes that
 * jco uses. A function fails with ConnectorError, which the guest gets as a WIT `error`. Any other exception ends the instance.
 */
export type HostCall = (...args: never[]) => unknown;

export interface HostFunction {
  /** True: `call` returns a promise, and the guest is suspended until the promise settles. The call's deadline bounds the wait. */
  readonly waits: boolean;
  readonly call: HostCall;
  /**
   * Checks the result before the guest gets it, because jco truncates a number that is out of range without an error. `args` are the guest's
   * arguments, for a method with the handle first. Throws TypeError for a wrong result: that is a bug of the host, and ends the instance.
   */
  readonly check?: (result: never, args: never) => void;
}

/**
 * A WIT resource: the guest holds a handle of it, for example of a consumer. The runtime keeps the object that `opens` returns in the table of the
 * instance, passes it to `methods` before the guest's own arguments, and closes it when the guest closes or drops the handle, or when the instance
 * ends.
 */
export interface HostResource<Opened = unknown, Held = never> {
  /** Static functions that return a new handle. All of them wait. */
  readonly opens: Readonly<Record<string, { readonly call: (...args: never[]) => Promise<Opened> }>>;
  readonly methods: Readonly<Record<string, HostFunction & { readonly call: (handle: Held, ...args: never[]) => unknown }>>;
  /** Static functions that take the handle and end it. They wait for `close`. */
  readonly closes: readonly string[];
  /** Bounded (a few seconds) and idempotent. */
  close(handle: Held): Promise<void>;
  /**
   * Ends the wait of a method of this handle early: the method then returns the records that there are, without an error. Has no effect if no
   * method waits. May be called at any time, also right after the method was called.
   */
  interrupt?(handle: Held): void;
}

/** A resource whose handles are of one type. */
export function resource<H>(definition: HostResource<H, H>): HostResource {
  return definition;
}

/** Functions of a capability that run in the guest's thread. */
export interface LocalFunctions {
  /** The WIT names of the functions that `make` makes. */
  readonly names: readonly string[];
  /** Makes them for one instance. */
  readonly make: LocalFactory;
  /** Given to `make`; a worker gets a structured clone. */
  readonly options: unknown;
  /** URL of the module that has `make` as its default export, for a worker to load. */
  readonly module: string;
}

/** `tell` calls a function of the same capability on the host's thread, and does not wait for it. The local function bounds how often it calls `tell`. */
export type LocalFactory = (options: never, tell: (name: string, ...args: unknown[]) => void) => Record<string, HostCall>;

/** `conduit:kafka/consumer@0.1.0` -> `conduit:kafka/consumer`. */
export function withoutVersion(name: string): string {
  return name.replace(/@[^/]*$/, '');
}

/** Everything that a capability offers, by the names that the guest's core module imports it under, and whether it waits. */
export function offersOf(capability: Capability): Map<string, boolean> {
  const offers = new Map<string, boolean>();
  for (const [name, { waits }] of Object.entries(capability.functions ?? {})) offers.set(name, waits);
  for (const name of capability.local?.names ?? []) offers.set(name, false);
  for (const [resource, { opens, methods, closes }] of Object.entries(capability.resources ?? {})) {
    offers.set(`[resource-drop]${resource}`, false);
    for (const name of [...Object.keys(opens), ...closes]) offers.set(`[static]${resource}.${name}`, true);
    for (const [name, { waits }] of Object.entries(methods)) offers.set(`[method]${resource}.${name}`, waits);
  }
  return offers;
}

/** The capability for an instance that may reach nothing outside the host: every function that waits fails with `policy.denied`. */
export function withoutWaiting(capability: Capability): Capability {
  const denied = async (): Promise<never> => {
    throw new ConnectorError('policy.denied', `${capability.interface} is not granted to this instance`);
  };
  const deny = <F extends HostFunction>(one: F): F => (one.waits ? { ...one, call: denied } : one);
  const denyAll = <F extends HostFunction>(functions: Readonly<Record<string, F>>): Record<string, F> =>
    Object.fromEntries(Object.entries(functions).map(([name, one]) => [name, deny(one)]));
  const resources = Object.entries(capability.resources ?? {}).map(([name, one]): [string, HostResource] => [
    name,
    { ...one, opens: Object.fromEntries(Object.keys(one.opens).map((of) => [of, { call: denied }])), methods: denyAll(one.methods) },
  ]);
  return { ...capability, functions: denyAll(capability.functions ?? {}), resources: Object.fromEntries(resources) };
}
