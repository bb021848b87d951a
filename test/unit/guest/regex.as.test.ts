import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import { Regex } from '../../../assembly/regex/regex';

/** The first match of a pattern in a text; "(none)" if there is none, or the error. */
function find(pattern: string, text: string): string {
  const p = String.UTF8.encode(pattern);
  const t = String.UTF8.encode(text);
  const regex = new Regex(changetype<usize>(p), p.byteLength);
  if (regex.error != '') return regex.error;
  const at = changetype<usize>(t);
  if (!regex.find(at, at + t.byteLength, at)) return '(none)';
  return String.UTF8.decodeUnsafe(regex.slots[0], regex.slots[1] - regex.slots[0]);
}
function whole(pattern: string, text: string): bool {
  const p = String.UTF8.encode(pattern);
  const t = String.UTF8.encode(text);
  const regex = new Regex(changetype<usize>(p), p.byteLength);
  return regex.error == '' && regex.matchesWhole(changetype<usize>(t), changetype<usize>(t) + t.byteLength);
}

describe('regular expression', () => {
  test('the leftmost match wins, and of those the first alternative', () => {
    expect(find('a|ab', 'xab')).toBe('a');
    expect(find('ab|a', 'xab')).toBe('ab');
    expect(find('b|ab', 'xab')).toBe('ab');
  });
  test('greedy and lazy repetitions take as much and as little as they can', () => {
    expect(find('a+', 'aaa')).toBe('aaa');
    expect(find('a+?', 'aaa')).toBe('a');
    expect(find('a{2}', 'aaa')).toBe('aa');
  });
  test('a whole name matches only as a whole', () => {
    expect(whole('orders\\..*', 'orders.eu')).toBe(true);
    expect(whole('orders', 'orders.eu')).toBe(false);
    expect(whole('a|ab', 'ab')).toBe(true);
    expect(whole('(a|b)*c?', 'ababc')).toBe(true);
    expect(whole('b', 'ab')).toBe(false);
    expect(whole('', '')).toBe(true);
  });
  test('nested repetitions take linear time', () => {
    expect(find('^(a+)+$', 'a'.repeat(2000) + 'b')).toBe('(none)');
  });
  test('what is invalid has the error of Go', () => {
    expect(find('(a', 'a')).toBe('error parsing regexp: missing closing ): `(a`');
    expect(find('a**', 'a')).toBe('error parsing regexp: invalid nested repetition operator: `**`');
  });
});
