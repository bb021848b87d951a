import { ConnectorError } from '../base/errors.ts';

/**
 * What a guest may import, one WIT interface each. The host composes a table of these for one connector; the runtime turns it into the
 * import object of an instance and knows none of the names. Policies, metrics and limits are functions from a capability to
 * another one (`intercept`).
 */
export interface Capability {
  /** Name and version of the WIT interface: `conduit:kafka/consumer@0.1.0`. */
  readonly interface: string;
  /** By their WIT names. They run on the host's thread. */
  readonly functions?: Readonly<Record<string, HostFunction>>;
  /** By their WIT names. */
  readonly resources?: Readonly<Record<string, HostResource>>;
  /** Functions that run where the guest runs: those that answer at once can cross no thread boundary. */
  readonly local?: LocalFunctions;
  /** What the guest said of itself since then (milliseconds of `performance.now()`), for the error of a trap; null: nothing. */
  lastWords?(sinceMs: number): string | null;
}

/** Given to every call of a host function, after the guest's arguments. */
export interface CallContext {
  /**
   * Aborts when the instance ends, with a ConnectorError `cancelled` as its reason. What opens something then stops at once, frees what it
   * has opened and rejects with that reason. What is open already is closed by the runtime.
   */
  readonly signal: AbortSignal;
  /**
   * The most that the bytes in one result may be: the guest's memory takes no more, and a guest that is given more traps. What cannot be cut to
   * fit fails with ConnectorError `limit.exceeded`, which names it.
   */
  readonly resultBytes: number;
}

/**
 * `never[]`: a function of any parameters fits, and the runtime alone calls it, with the guest's arguments in the shapes that jco uses. It
 * fails with ConnectorError, which the guest gets as a WIT `error`. Anything else that it throws ends the instance.
 */
export type HostCall = (...args: never[]) => unknown;

export interface HostFunction {
  /** True: it returns a promise, and the guest is suspended until that settles. The call's deadline bounds it. */
  readonly waits: boolean;
  readonly call: HostCall;
  /**
   * Looks at what goes to the guest, with the guest's arguments (and the handle, for a method) before the result: jco turns a number that is
   * out of range into another one without a word. Throws TypeError: that is a bug of the host, and ends the instance.
   */
  readonly check?: (result: never, args: never) => void;
}

/**
 * Something that the guest holds by a handle. The runtime keeps what `opens` returns in the table of the instance, gives it to `methods` before
 * the guest's own arguments, and closes it when the guest does, when it drops the handle, or when the instance ends.
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
   * Ends the wait that a method of this handle is in, so that the guest goes on with what there is; not an error, and nothing where
   * no method waits. Called at any time, also right after the method was.
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

/** `tell` calls a function of the same capability on the host's thread, and does not wait for it. Whoever tells bounds how often. */
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

/** The capability for an instance that may reach nothing outside: every function that waits fails with `policy.denied`. */
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
