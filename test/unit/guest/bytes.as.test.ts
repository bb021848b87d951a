// Bytes, numbers as text, base64, UTF-8 and the bounded reader.
import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import { base64Size, readBase64, writeBase64 } from '../../../assembly/bytes/base64';
import { decimalSize, writeDecimal, writeSigned } from '../../../assembly/bytes/decimal';
import { copy, same } from '../../../assembly/bytes/memory';
import * as reader from '../../../assembly/bytes/reader';
import { isUtf8 } from '../../../assembly/bytes/utf8';
import { unzigzag64, varintSize, writeVarint, zigzag } from '../../../assembly/bytes/varint';

const A = heap.alloc(4096);
const B = heap.alloc(8192);

function put(bytes: u8[]): i32 {
  for (let i = 0; i < bytes.length; i++) store<u8>(A + i, bytes[i]);
  return bytes.length;
}
function text(at: usize, end: usize): string {
  return String.UTF8.decodeUnsafe(at, end - at);
}
function utf8(bytes: u8[]): bool {
  return isUtf8(A, put(bytes));
}

describe('memory', () => {
  test('copy moves exactly its bytes, for every size and alignment', () => {
    for (let size = 0; size < 300; size++) {
      for (let i = 0; i < 400; i++) {
        store<u8>(A + i, <u8>(i * 7 + 1));
        store<u8>(B + i, 0xee);
      }
      const end = copy(B + 8 + (size % 5), A + (size % 3), size);
      assert(end == B + 8 + (size % 5) + size);
      for (let i = 0; i < size; i++) assert(load<u8>(B + 8 + (size % 5) + i) == <u8>((i + (size % 3)) * 7 + 1));
      assert(load<u8>(B + 7 + (size % 5)) == 0xee);
      assert(load<u8>(end) == 0xee);
    }
    expect(true).toBe(true);
  });
  test('same sees a difference in every byte and none beyond', () => {
    for (let size = 0; size < 40; size++) {
      for (let i = 0; i < 64; i++) {
        store<u8>(A + i, <u8>i);
        store<u8>(B + i, <u8>i);
      }
      store<u8>(B + size, 0xff);
      assert(same(A, B, size));
      for (let i = 0; i < size; i++) {
        store<u8>(B + i, 0xff);
        assert(!same(A, B, size));
        store<u8>(B + i, <u8>i);
      }
    }
    expect(true).toBe(true);
  });
});

describe('decimal', () => {
  test('writes what toString writes, and its size is known before', () => {
    let value: u64 = 1;
    for (let i = 0; i < 64; i++, value <<= 1) {
      for (let d: u64 = 0; d < 3; d++) {
        const v = value - 1 + d;
        const end = writeDecimal(A, v);
        expect(text(A, end)).toBe(v.toString());
        expect(decimalSize(v)).toBe(<u32>(end - A));
      }
    }
    for (let v: u64 = 1; v < 10000000000000000000; v *= 10) {
      expect(decimalSize(v)).toBe(<u32>v.toString().length);
      expect(decimalSize(v - 1)).toBe(<u32>(v - 1).toString().length);
    }
  });
  test('has a sign down to the smallest number', () => {
    expect(text(A, writeSigned(A, i64.MIN_VALUE))).toBe('-9223372036854775808');
    expect(text(A, writeSigned(A, -1))).toBe('-1');
    expect(text(A, writeSigned(A, 0))).toBe('0');
  });
});

describe('base64', () => {
  test('has the padding of RFC 4648', () => {
    const plain = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar', 'foobarfoobar'];
    const coded = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy', 'Zm9vYmFyZm9vYmFy'];
    for (let i = 0; i < plain.length; i++) {
      const size = String.UTF8.encodeUnsafe(changetype<usize>(plain[i]), plain[i].length, A);
      expect(text(B, writeBase64(B, A, size))).toBe(coded[i]);
    }
  });
  test('gives every byte back at every length', () => {
    for (let size = 0; size < 200; size++) {
      for (let i = 0; i < size; i++) store<u8>(A + i, <u8>(i * 31 + size));
      const end = writeBase64(B, A, size);
      assert(<u32>(end - B) == base64Size(size));
      const back = readBase64(B + 4096, B, end - B);
      assert(back - (B + 4096) == size);
      assert(same(A, B + 4096, size));
    }
    expect(true).toBe(true);
  });
});

describe('UTF-8', () => {
  test('is valid up to the borders of each length', () => {
    expect(utf8([])).toBe(true);
    expect(utf8([0x00, 0x7f])).toBe(true);
    expect(utf8([0xc2, 0x80, 0xdf, 0xbf])).toBe(true);
    expect(utf8([0xe0, 0xa0, 0x80, 0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0xef, 0xbf, 0xbf])).toBe(true);
    expect(utf8([0xf0, 0x90, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf])).toBe(true);
  });
  test('is not valid: overlong, surrogates, beyond U+10FFFF, cut, alone', () => {
    expect(utf8([0xc0, 0x80])).toBe(false);
    expect(utf8([0xc1, 0xbf])).toBe(false);
    expect(utf8([0xe0, 0x9f, 0xbf])).toBe(false);
    expect(utf8([0xed, 0xa0, 0x80])).toBe(false);
    expect(utf8([0xf0, 0x8f, 0xbf, 0xbf])).toBe(false);
    expect(utf8([0xf4, 0x90, 0x80, 0x80])).toBe(false);
    expect(utf8([0xf5, 0x80, 0x80, 0x80])).toBe(false);
    expect(utf8([0x80])).toBe(false);
    expect(utf8([0xc2])).toBe(false);
    expect(utf8([0xe2, 0x82])).toBe(false);
    expect(utf8([0xf0, 0x9f, 0x98])).toBe(false);
    expect(utf8([0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xff])).toBe(false);
  });
});

describe('varints', () => {
  test('come back, and their size is known before', () => {
    let value: u32 = 1;
    for (let i = 0; i < 32; i++, value <<= 1) {
      for (let d: u32 = 0; d < 2; d++) {
        const v = value - d;
        const end = writeVarint(A, v);
        expect(varintSize(v)).toBe(<u32>(end - A));
        reader.start(A, end);
        expect(<u32>reader.varint()).toBe(v);
        expect(reader.at == end && !reader.broken).toBe(true);
      }
    }
  });
  test('zigzag keeps small negative numbers small', () => {
    const numbers: i32[] = [0, -1, 1, -2, 2, i32.MAX_VALUE, i32.MIN_VALUE];
    for (let i = 0; i < numbers.length; i++) expect(unzigzag64(zigzag(numbers[i]))).toBe(numbers[i]);
    expect(zigzag(-1)).toBe(1);
  });
});

describe('the reader', () => {
  test('reads 64 bits and refuses an eleventh byte', () => {
    const n = put([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    reader.start(A, A + n);
    expect(reader.varint()).toBe(u64.MAX_VALUE);
    expect(reader.broken).toBe(false);
    const m = put([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
    reader.start(A, A + m);
    reader.varint();
    expect(reader.broken).toBe(true);
  });
  test('breaks at the limit, moves there, and stays broken', () => {
    put([0x80, 0x01, 0x05, 1, 2, 3]);
    reader.start(A, A + 1);
    reader.varint();
    expect(reader.broken && reader.at == A + 1).toBe(true);
    reader.start(A + 2, A + 6);
    expect(reader.size()).toBe(0);
    expect(reader.broken && reader.at == A + 6).toBe(true);
    reader.start(A + 2, A + 8);
    expect(reader.size()).toBe(5);
    reader.skip(5);
    expect(reader.broken).toBe(false);
    reader.skip(1);
    expect(reader.broken).toBe(true);
  });
  test('takes a size of -1 as null and none below', () => {
    put([0x01, 0x03, 0x00]);
    reader.start(A, A + 3);
    expect(reader.nullableSize()).toBe(-1);
    expect(reader.broken).toBe(false);
    reader.nullableSize();
    expect(reader.broken).toBe(true);
  });
});
