import type { CallContext, Capability, HostCall, HostFunction, HostResource } from './capability.ts';

/** One call of a guest to a capability, on its way to the host. */
export interface InterceptedCall {
  /** With version: `conduit:kafka/consumer@0.1.0`. */
  readonly interface: string;
  /**
   * As the manifest of a component names it: `log`, `[static]consumer.open`, `[method]consumer.poll`. A handle ends with `[resource-drop]consumer`,
   * once, whether the guest closes it, drops it or ends with it open.
   */
  readonly function: string;
  /** In the shapes of jco: texts, numbers, bigints, objects with names in camel case. */
  readonly args: readonly unknown[];
  /** What the resource's static function has returned; undefined for a function that belongs to no handle. */
  readonly handle: unknown;
  /** Unset where a handle ends. */
  readonly context: CallContext | undefined;
}

/**
 * Stands before every function of a capability. It returns what the guest gets: mostly what `next()` returns, which is the call itself. `next` takes
 * other arguments where given.
 *
 * It refuses a call by throwing ConnectorError (`policy.denied` for what is not allowed), before `next` or in its place; the guest gets that as a WIT
 * `error`. Only a function whose WIT result has an `error` can be refused: anything else that is thrown ends the instance. `next` returns a promise
 * where the function waits, and so may the interceptor. It runs on the host's thread, wherever the guest runs, and within the time that the call has.
 */
export type Interceptor = (call: InterceptedCall, next: (args?: readonly unknown[]) => unknown) => unknown;

/**
 * The capability with `interceptor` before each of its functions: for policies, limits and metrics. Several can stand one before the other; the
 * one that was added last is asked first.
 *
 * Functions that run in the guest's own thread (`local`: clock, randomness) are not seen. What they tell the host is: every line of the log.
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
      await next(); // what is open is closed, whatever the interceptor does
    }
  };
  return { ...inner, opens, methods, close };
}

/** A function that answers at once cannot wait for its interceptor. */
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
