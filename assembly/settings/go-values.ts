// Reads and prints values as Go does, because Conduit's settings are written for Go's parsers (strings.TrimSpace, strconv, time).

/**
 * strings.TrimSpace, except that it keeps U+0085, as JavaScript's trim does. The host recognises secrets by names that it has trimmed: if the guest
 * trimmed more, it could take a name for a secret's that the host did not, and get the value.
 */
export function goTrim(s: string): string {
  let from = 0,
    to = s.length;
  while (from < to && isSpace(s.charCodeAt(from))) from++;
  while (to > from && isSpace(s.charCodeAt(to - 1))) to--;
  return s.substring(from, to);
}
function isSpace(c: i32): bool {
  return (
    c == 0x20 ||
    (c >= 0x09 && c <= 0x0d) ||
    c == 0xa0 ||
    c == 0x1680 ||
    (c >= 0x2000 && c <= 0x200a) ||
    c == 0x2028 ||
    c == 0x2029 ||
    c == 0x202f ||
    c == 0x205f ||
    c == 0x3000
  );
}

/** `%q` of a text of printable and control characters. */
export function goQuote(s: string): string {
  let out = '"';
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c == 0x22) out += '\\"';
    else if (c == 0x5c) out += '\\\\';
    else if (c == 0x0a) out += '\\n';
    else if (c == 0x0d) out += '\\r';
    else if (c == 0x09) out += '\\t';
    else if (c < 0x20 || c == 0x7f) out += '\\x' + (c < 16 ? '0' : '') + c.toString(16);
    else out += s.charAt(i);
  }
  return out + '"';
}

/** The value of a text. If `ok` is false, the text has another form, and the value has no meaning. */
export class Parsed<T> {
  constructor(
    readonly ok: bool,
    readonly value: T,
  ) {}
}

/** strconv.ParseBool. */
export function parseBool(s: string): Parsed<bool> {
  if (s == '1' || s == 't' || s == 'T' || s == 'true' || s == 'TRUE' || s == 'True') return new Parsed<bool>(true, true);
  if (s == '0' || s == 'f' || s == 'F' || s == 'false' || s == 'FALSE' || s == 'False') return new Parsed<bool>(true, false);
  return new Parsed<bool>(false, false);
}

/** strconv.Atoi: a sign and decimal digits, within 64 bits. */
export function parseInteger(s: string): Parsed<i64> {
  const none = new Parsed<i64>(false, 0);
  const negative = s.length > 0 && s.charCodeAt(0) == 0x2d;
  const from = negative || (s.length > 0 && s.charCodeAt(0) == 0x2b) ? 1 : 0;
  if (from == s.length) return none;
  const limit: u64 = negative ? (<u64>1) << 63 : <u64>i64.MAX_VALUE;
  let v: u64 = 0;
  for (let i = from; i < s.length; i++) {
    const digit = <u64>s.charCodeAt(i) - 0x30;
    if (digit > 9 || v > (limit - digit) / 10) return none;
    v = v * 10 + digit;
  }
  return new Parsed<i64>(true, negative ? <i64>(0 - v) : <i64>v);
}

/** strconv.ParseFloat without hexadecimal numbers, infinities and NaN, which no setting can use. */
export function parseDecimal(s: string): Parsed<f64> {
  const none = new Parsed<f64>(false, 0);
  let i = 0,
    digits = 0;
  const n = s.length;
  if (i < n && (s.charCodeAt(i) == 0x2b || s.charCodeAt(i) == 0x2d)) i++;
  for (; i < n && isDigit(s.charCodeAt(i)); i++) digits++;
  if (i < n && s.charCodeAt(i) == 0x2e) for (i++; i < n && isDigit(s.charCodeAt(i)); i++) digits++;
  if (digits == 0) return none;
  if (i < n && (s.charCodeAt(i) | 0x20) == 0x65) {
    i++;
    if (i < n && (s.charCodeAt(i) == 0x2b || s.charCodeAt(i) == 0x2d)) i++;
    if (i == n) return none;
    for (; i < n && isDigit(s.charCodeAt(i));) i++;
  }
  if (i != n) return none;
  const v = parseFloat(s);
  return new Parsed<f64>(isFinite(v), v); // Go: value out of range
}
function isDigit(c: i32): bool {
  return c >= 0x30 && c <= 0x39;
}

/** time.ParseDuration, in nanoseconds. */
export function parseDuration(s: string): Parsed<i64> {
  const none = new Parsed<i64>(false, 0);
  const HALF: u64 = 1 << 63;
  let i = 0;
  const n = s.length;
  const negative = n > 0 && s.charCodeAt(0) == 0x2d;
  if (negative || (n > 0 && s.charCodeAt(0) == 0x2b)) i++;
  if (i + 1 == n && s.charCodeAt(i) == 0x30) {
    return new Parsed<i64>(true, 0);
  }
  if (i == n) return none;
  let total: u64 = 0;
  while (i < n) {
    let v: u64 = 0,
      digits = 0;
    for (; i < n && isDigit(s.charCodeAt(i)); i++, digits++) {
      if (v > HALF / 10) return none;
      v = v * 10 + (s.charCodeAt(i) - 0x30);
      if (v > HALF) return none;
    }
    let fraction: u64 = 0,
      scale: f64 = 1;
    if (i < n && s.charCodeAt(i) == 0x2e) {
      let full = false; // digits behind those that fit say nothing
      for (i++; i < n && isDigit(s.charCodeAt(i)); i++, digits++) {
        if (full || fraction > (HALF - 1) / 10) {
          full = true;
          continue;
        }
        const next = fraction * 10 + (s.charCodeAt(i) - 0x30);
        if (next > HALF) {
          full = true;
          continue;
        }
        fraction = next;
        scale *= 10;
      }
    }
    if (digits == 0) return none;
    const from = i;
    while (i < n && s.charCodeAt(i) != 0x2e && !isDigit(s.charCodeAt(i))) i++;
    const unit = unitNanoseconds(s.substring(from, i));
    if (unit == 0 || v > HALF / unit) return none;
    v *= unit;
    if (fraction > 0) {
      v += <u64>(<f64>fraction * (<f64>unit / scale));
      if (v > HALF) return none;
    }
    total += v;
    if (total > HALF) return none;
  }
  if (!negative && total > HALF - 1) return none;
  return new Parsed<i64>(true, negative ? <i64>(0 - total) : <i64>total);
}
function unitNanoseconds(unit: string): u64 {
  if (unit == 'ns') return 1;
  if (unit == 'us' || unit == '\u00b5s' || unit == '\u03bcs') return 1000;
  if (unit == 'ms') return 1000000;
  if (unit == 's') return 1000000000;
  if (unit == 'm') return 60000000000;
  if (unit == 'h') return 3600000000000;
  return 0;
}
