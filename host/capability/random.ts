import type { Capability, LocalFactory } from '../runtime/capability.ts';

/** How many numbers are the same for every instance of a connector: enough for the one or two names that a guest makes up. */
const FIRST_NUMBERS = 16;

/**
 * `wasi:random/random`. Every instance that is made with this capability gets the same first numbers, so that a guest that replaces a failed one
 * makes up the same consumer group. With a new group the source would begin at "latest" again, and skip the records that were written in
 * between. Make a capability for each connector: two connectors must not get the same numbers.
 */
export function randomCapability(): Capability {
  const first = crypto.getRandomValues(new BigUint64Array(FIRST_NUMBERS));
  return {
    interface: 'wasi:random/random@0.2.6',
    local: { names: ['get-random-u64'], make: random, options: { first }, module: import.meta.url },
  };
}

export const random: LocalFactory = ({ first }: { first: BigUint64Array }) => {
  const buffer = new BigUint64Array(64);
  let left = 0;
  let drawn = 0;
  const next = (): bigint => {
    if (drawn < first.length) return first[drawn++]!;
    if (left === 0) {
      crypto.getRandomValues(buffer);
      left = buffer.length;
    }
    return buffer[--left]!;
  };
  return { 'get-random-u64': next };
};

export default random;
