/** Records whose timestamps are anything that 64 bits can say, as producers with another unit than milliseconds write them. */
import fc from 'fast-check';
import type { RecordSet } from '../../host/kafka/contract.ts';

const LIMIT = 2n ** 63n;

/** Any 64-bit number, and often one near a border: of doubles, of 64 bits, of nanoseconds in 64 bits, "no timestamp". */
export const timestamp = fc.oneof(
  fc.bigInt({ min: -LIMIT, max: LIMIT - 1n }),
  fc
    .tuple(
      fc.constantFrom(
        -LIMIT,
        -(2n ** 53n),
        -(2n ** 52n),
        -(2n ** 51n),
        0n,
        2n ** 51n,
        2n ** 52n,
        2n ** 53n,
        LIMIT - 1n,
        9_223_372_036_854n,
      ),
      fc.bigInt({ min: -3n, max: 3n }),
    )
    .map(([border, step]) => BigInt.asIntN(64, border + step)),
  fc.constantFrom(-1n, 1_795_589_177_204n, 1_795_589_177_204_000n, 1_795_589_177_204_000_000n, 639_312_000_000_000_000n),
);

const varint = (value: bigint): number[] => {
  const out: number[] = [];
  for (let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)); ; rest >>= 7n) {
    if (rest < 128n) return [...out, Number(rest)];
    out.push(Number(rest & 127n) | 128);
  }
};

/** A set of records with a value of one byte each; a delta that 64 bits cannot hold wraps, as Kafka's clients have it. */
export function setOf(timestamps: readonly bigint[], bases: { baseOffset: bigint; baseTimestamp: bigint }): RecordSet {
  const records = timestamps.map((at, i) => {
    const delta = varint(BigInt.asIntN(64, at - bases.baseTimestamp));
    const body = [0, ...delta, ...varint(BigInt(i)), 1, 2, 0x61 + (i % 26), 0];
    return Buffer.from([...varint(BigInt(body.length)), ...body]);
  });
  return { ...bases, count: timestamps.length, records: Buffer.concat(records), logAppendTime: false };
}
