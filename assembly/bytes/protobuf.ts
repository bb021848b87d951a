// Protobuf's wire format: skips unknown fields, and writes fields of bytes.
import { copy } from './memory';
import * as reader from './reader';
import { varintSize, writeVarint } from './varint';

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
const START_GROUP: u32 = 3;
const END_GROUP: u32 = 4;
const FIXED32: u32 = 5;
const MAX_GROUPS = 100;

/** Size of a field of `bytes` whose tag takes one byte. */
@inline
export function bytesFieldSize(size: u32): u32 {
  return 1 + varintSize(size) + size;
}

/** Writes a field of bytes and returns the end. */
@inline
export function writeBytesField(at: usize, tag: u8, from: usize, size: u32): usize {
  return copy(writeBytesHead(at, tag, size), from, size);
}

/** Writes tag and length of a field, and returns the address for its content. */
@inline
export function writeBytesHead(at: usize, tag: u8, size: u32): usize {
  store<u8>(at, tag);
  return writeVarint(at + 1, size);
}

/** Skips the value of an unknown field. */
export function skipField(tag: u64): void {
  skipNested(tag, 0);
}

function skipNested(tag: u64, depth: i32): void {
  const kind = (<u32>tag) & 7;
  // Field numbers are 1 to 2^29 - 1.
  if (tag >>> 3 == 0 || tag >>> 32 != 0 || depth > MAX_GROUPS) {
    reader.fail();
    return;
  }
  if (kind == VARINT) reader.varint();
  else if (kind == FIXED64) reader.skip(8);
  else if (kind == BYTES) reader.skip(reader.size());
  else if (kind == FIXED32) reader.skip(4);
  else if (kind == START_GROUP) {
    while (!reader.broken) {
      const inner = reader.varint();
      if (((<u32>inner) & 7) == END_GROUP) {
        if (inner >>> 3 != tag >>> 3) reader.fail();
        return;
      }
      skipNested(inner, depth + 1);
    }
  } else reader.fail();
}
