import type { Capability, LocalFactory } from '../runtime/capability.ts';

/** `wasi:clocks/wall-clock`: the time of this machine. */
export function clockCapability(): Capability {
  return {
    interface: 'wasi:clocks/wall-clock@0.2.6',
    local: { names: ['now', 'resolution'], make: wallClock, options: null, module: import.meta.url },
  };
}

const MILLISECOND = { seconds: 0n, nanoseconds: 1_000_000 };

export const wallClock: LocalFactory = () => ({
  now: () => {
    const ms = Date.now();
    return { seconds: BigInt(Math.floor(ms / 1000)), nanoseconds: (ms % 1000) * 1_000_000 };
  },
  resolution: () => MILLISECOND,
});

export default wallClock;
