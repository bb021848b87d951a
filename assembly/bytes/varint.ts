// Base-128 varints, as protobuf and Kafka's record format 2 share them, and Kafka's zigzag.

/** Number of bytes of `value` as a varint. */
@inline
export function varintSize(value: u32): u32 {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Number of bytes of a 64-bit `value` as a varint. */
export function longVarintSize(value: u64): u32 {
  return value == 0 ? 1 : (70 - <u32>clz(value)) / 7;
}

/** Writes `value` and returns the end. */
export function writeLongVarint(at: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(at++, <u8>(value | 0x80));
    value >>>= 7;
  }
  store<u8>(at, <u8>value);
  return at + 1;
}

/** Writes `value` and returns the end. */
@inline
export function writeVarint(at: usize, value: u32): usize {
  while (value >= 0x80) {
    store<u8>(at++, <u8>(value | 0x80));
    value >>>= 7;
  }
  store<u8>(at, <u8>value);
  return at + 1;
}


@inline
export function zigzag(value: i32): u32 {
  return <u32>((value << 1) ^ (value >> 31));
}


@inline
export function zigzag64(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63));
}


@inline
export function unzigzag64(value: u64): i64 {
  return (<i64>(value >>> 1)) ^ -(<i64>(value & 1));
}
