// Numbers and strings in JSON, and the order of keys.
import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import { pop } from '../../../assembly/bytes/scratch';
import { addEntry, entry, sortEntries } from '../../../assembly/json/entries';
import { writeJsonNumber } from '../../../assembly/json/number';
import { writeJsonString } from '../../../assembly/json/string';
import { DIGITS, digitCount, shortest } from '../../../assembly/json/shortest';

const A = heap.alloc(4096);

function number(value: f64): string {
  return String.UTF8.decodeUnsafe(A, writeJsonNumber(A, value) - A);
}
function quoted(text: string): string {
  const bytes = String.UTF8.encode(text);
  return String.UTF8.decodeUnsafe(A, writeJsonString(A, changetype<usize>(bytes), bytes.byteLength) - A);
}
function sorted(keys: string[]): string {
  pop(0);
  const bytes = keys.map<ArrayBuffer>((key) => String.UTF8.encode(key));
  // Equal keys are told apart by their addresses, so they are laid out in order, as a message has them.
  let at = A;
  for (let i = 0; i < keys.length; i++) {
    memory.copy(at, changetype<usize>(bytes[i]), bytes[i].byteLength);
    addEntry(at, bytes[i].byteLength, i, 0);
    at += bytes[i].byteLength;
  }
  const n = sortEntries(0, keys.length);
  let out = '';
  for (let i: u32 = 0; i < n; i++) out += (i == 0 ? '' : ' ') + entry(0, i).valueAt.toString();
  return out;
}

describe('a number', () => {
  test('has no point if it is whole, and no exponent below 1e21', () => {
    expect(number(0)).toBe('0');
    expect(number(-0.0)).toBe('-0');
    expect(number(100)).toBe('100');
    expect(number(-42.5)).toBe('-42.5');
    expect(number(9007199254740993)).toBe('9007199254740992');
    expect(number(1e20)).toBe('100000000000000000000');
    expect(number(1e21)).toBe('1e+21');
    expect(number(1.5e300)).toBe('1.5e+300');
  });
  test('has an exponent of two digits below 1e-6', () => {
    expect(number(0.000001)).toBe('0.000001');
    expect(number(0.00001234)).toBe('0.00001234');
    expect(number(1e-7)).toBe('1e-07');
    expect(number(-1.5e-9)).toBe('-1.5e-09');
    expect(number(5e-324)).toBe('5e-324');
  });
  test('that JSON has no number for is a text', () => {
    expect(number(NaN)).toBe('"NaN"');
    expect(number(Infinity)).toBe('"Infinity"');
    expect(number(-Infinity)).toBe('"-Infinity"');
  });
  test('has the fewest digits where Grisu2 has more', () => {
    expect(number(0.1 + 0.2)).toBe('0.30000000000000004');
    expect(number(1.7976931348623157e308)).toBe('1.7976931348623157e+308');
    expect(number(2.2250738585072014e-308)).toBe('2.2250738585072014e-308');
    expect(number(9.5367431640625e-7)).toBe('9.5367431640625e-07');
    expect(number(5e-7)).toBe('5e-07');
    expect(number(2.0019e-7)).toBe('2.0019e-07');
    expect(number(1e23)).toBe('1e+23');
    expect(number(4.35)).toBe('4.35');
  });
  test('comes back from its digits, and never with more than 17 of them', () => {
    let bits: u64 = 0x3fb999999999999a;
    let most: u32 = 0;
    for (let i = 0; i < 3000; i++) {
      bits = bits * 6364136223846793005 + 1442695040888963407;
      const value = reinterpret<f64>(bits & 0x7fffffffffffffff);
      if (value != value || value == Infinity || value == 0) continue;
      shortest(value);
      most = max(most, digitCount);
      assert(load<u8>(DIGITS) != 48);
      assert(load<u8>(DIGITS + digitCount - 1) != 48 || digitCount == 1);
    }
    expect(most).toBe(17);
  });
});

describe('a string', () => {
  test('escapes what Go escapes', () => {
    expect(quoted('')).toBe('""');
    expect(quoted('a"b\\c/d')).toBe('"a\\"b\\\\c/d"');
    expect(quoted('<>&')).toBe('"\\u003c\\u003e\\u0026"');
    expect(quoted('\n\r\t\b\f\0\x1f\x7f')).toBe('"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\x7f"');
    expect(quoted('\u2027\u2028\u2029\u202a')).toBe('"\u2027\\u2028\\u2029\u202a"');
    expect(quoted('zażółć 😀')).toBe('"zażółć 😀"');
  });
  test('escapes the same at every distance from its start and end', () => {
    for (let before = 0; before < 20; before++) {
      for (let behind = 0; behind < 20; behind += 3) {
        expect(quoted('x'.repeat(before) + '<' + 'y'.repeat(behind))).toBe('"' + 'x'.repeat(before) + '\\u003c' + 'y'.repeat(behind) + '"');
        expect(quoted('x'.repeat(before) + '\u2028é' + 'y'.repeat(behind))).toBe(
          '"' + 'x'.repeat(before) + '\\u2028é' + 'y'.repeat(behind) + '"',
        );
      }
    }
  });
});

describe('keys', () => {
  test('are in the order of their escaped bytes, quotes included', () => {
    expect(sorted(['b', 'a', 'ab', ''])).toBe('3 1 2 0');
    expect(sorted(['a', 'a!', 'a ', 'a#'])).toBe('2 1 0 3');
    // < becomes \u003c: behind [, before ].
    expect(sorted([']', '<', '['])).toBe('2 1 0');
  });
  test('that come again: the last one stays', () => {
    expect(sorted(['a', 'b', 'a', 'c', 'a'])).toBe('4 1 3');
    expect(sorted(['x', 'x', 'x'])).toBe('2');
  });
  test('of many are sorted as few are', () => {
    const keys: string[] = [];
    let expected = '';
    for (let i = 0; i < 100; i++) keys.push((((i * 37) % 100) + 100).toString());
    for (let i = 0; i < 100; i++) expected += (i == 0 ? '' : ' ') + keys.indexOf((i + 100).toString()).toString();
    expect(sorted(keys)).toBe(expected);
    const twice = keys.concat(keys);
    let last = '';
    for (let i = 0; i < 100; i++) last += (i == 0 ? '' : ' ') + (100 + keys.indexOf((i + 100).toString())).toString();
    expect(sorted(twice)).toBe(last);
  });
});
