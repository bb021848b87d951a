/**
 * Tells whether a 64-bit float holds the integer that a JSON number is. Structured data can hold only 64-bit floats, and a number such as
 * 9007199254740993 must not become another one without a word, in whatever form it is written (9007199254740993.0, 9.007199254740993e15).
 */

/** A line without this holds only exact integers: 15 significant digits always survive. */
const MAYBE_INEXACT = /\d{16}|[\d.]{16}\d*[eE]/;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

export function mayHoldInexactInteger(line: string): boolean {
  return MAYBE_INEXACT.test(line);
}

/** False if the JSON number `text` is an integer and `value`, the float that JavaScript reads it as, is another one. */
export function isExact(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return true; // refused as such
  const { digits, exponent } = decimalOf(text);
  if (digits === '' || exponent < 0 || digits.length + exponent <= 15) return true;
  // A float beyond 2^53 is printed as the shortest text that reads back as the same float: that text means the float itself.
  const printed = String(value);
  if (/^-?\d+$/.test(text)) {
    if (text === printed) return true;
  } else {
    const shortest = decimalOf(printed);
    if (shortest.digits === digits && shortest.exponent === exponent) return true;
  }
  return BigInt(digits) * 10n ** BigInt(exponent) === BigInt(Math.abs(value));
}

/** The absolute value of a JSON number: an integer, without zeros at its ends, times a power of ten. 0 has no digits. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all.charAt(start) === '0') start++;
  while (end > start && all.charAt(end - 1) === '0') end--;
  return { digits: all.slice(start, end), exponent: Number(exponent) - fraction.length + (all.length - end) };
}
