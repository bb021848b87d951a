import type { CallContext, Capability, HostCall, HostFunction, HostResource } from './capability.ts';

/** One call of a guest to a capability, on its way to the host. */
export interface InterceptedCall {
  /** With version: `conduit:kafka/consumer@0.1.0`. */
  readonly interface: string;
  /**
   * As the manifest of a component names it: `log`, `[static]consumer.open`, `[method]consumer.poll`. The end of a handle is one call
   * `[resource-drop]consumer`, whether the guest closes the handle, drops it, or ends while it is open.
   */
  readonly function: string;
  /** In the shapes of jco: texts, numbers, bigints, objects with names in camel case. */
  readonly args: readonly unknown[];
  /** The object that the resource's static function returned; undefined for a function that belongs to no handle. */
  readonly handle: unknown;
  /** Undefined for `[resource-drop]`. */
  readonly context: CallContext | undefined;
}

/**
 * Is called in place of every function of a capability. `next()` calls the function, `next(args)` calls it with other arguments. The guest gets the
 * value that the interceptor returns, mostly that of `next`.
 *
 * An interceptor refuses a call by throwing ConnectorError (`policy.denied` for a call that is not allowed), before `next` or instead of it; the guest
 * gets the error as a WIT `error`. Only a function whose WIT result has an `error` can be refused: any other exception ends the instance. For a function
 * that waits, `next` returns a promise, and the interceptor may return one. An interceptor runs on the host's thread, also for a guest in a worker, and
 * its time counts against the call's deadline.
 */
export type Interceptor = (call: InterceptedCall, next: (args?: readonly unknown[]) => unknown) => unknown;

/**
 * Wraps each function of a capability in `interceptor`, for policies, limits and metrics. A capability may be wrapped several times; the interceptor
 * that was added last is called first.
 *
 * Functions that run in the guest's own thread (`local`: clock, randomness) are not intercepted. Calls that they send to the host with `tell` are:
 * every line of the log.
 */
export function intercept(inner: Capability, interceptor: Interceptor): Capability {
  const before = <F extends HostFunction>(name: string, one: F): F => ({
    ...one,
    call: (...all: unknown[]) => {
      const context = all.pop() as CallContext;
      const call = { interface: inner.interface, function: name, args: all, handle: undefined, context };
      return answer(
        one,
        call,
        interceptor(call, (args = all) => invoke(one.call, ...args, context)),
      );
    },
  });
  const functions = mapped(inner.functions ?? {}, before);
  const resources = mapped(inner.resources ?? {}, (name, one) => interceptResource(inner.interface, name, one, interceptor));
  return { ...inner, functions, resources };
}

function interceptResource(interfaceName: string, name: string, inner: HostResource, interceptor: Interceptor): HostResource {
  const opens = mapped(inner.opens, (of, one) => ({
    call: async (...all: unknown[]) => {
      const context = all.pop() as CallContext;
      const call = { interface: interfaceName, function: `[static]${name}.${of}`, args: all, handle: undefined, context };
      return interceptor(call, (args = all) => invoke(one.call, ...args, context));
    },
  }));
  const methods = mapped(inner.methods, (of, one) => ({
    ...one,
    call: (handle: unknown, ...all: unknown[]) => {
      const context = all.pop() as CallContext;
      const call = { interface: interfaceName, function: `[method]${name}.${of}`, args: all, handle, context };
      return answer(
        one,
        call,
        interceptor(call, (args = all) => invoke(one.call, handle, ...args, context)),
      );
    },
  }));
  const close = async (handle: never): Promise<void> => {
    let closing: Promise<void> | undefined;
    const next = (): Promise<void> => (closing ??= inner.close(handle));
    try {
      await interceptor({ interface: interfaceName, function: `[resource-drop]${name}`, args: [], handle, context: undefined }, next);
    } finally {
      await next(); // the handle is closed even if the interceptor throws or does not call next
    }
  };
  return { ...inner, opens, methods, close };
}

/** Throws if the interceptor of a function that answers at once returned a promise: the guest cannot wait for it. */
function answer({ waits }: HostFunction, call: InterceptedCall, result: unknown): unknown {
  if (!waits && result instanceof Promise) {
    throw new TypeError(`${call.interface}#${call.function} answers at once: its interceptor must not return a promise`);
  }
  return result;
}

function invoke(call: HostCall, ...args: unknown[]): unknown {
  return call(...(args as never[]));
}

function mapped<T, R>(all: Readonly<Record<string, T>>, map: (name: string, one: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, map(name, one)]));
}
