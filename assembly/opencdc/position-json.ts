// Parses the JSON of a position as Go's decoder does: strict JSON, the keys of `Position` in any letter case. Of equal keys the last one counts,
// unknown keys are skipped, and null leaves a field unchanged.
import { Position, PositionResult } from './position';

const MAX_DEPTH = 100;

/** A result whose position is not null, or whose error is not empty. */
export function parsePositionJson(text: string): PositionResult {
  const parser = new Parser(text);
  const position = parser.parse();
  return position === null ? new PositionResult(null, parser.error) : new PositionResult(position);
}

class Parser {
  /** The first error. A method that fails sets it and returns null or false. */
  error: string = '';
  private i: i32 = 0;

  constructor(private text: string) {}

  parse(): Position | null {
    const position = new Position();
    this.blanks();
    if (!this.take(0x7b)) return this.refuse('expected {');
    this.blanks();
    if (!this.take(0x7d)) {
      do {
        this.blanks();
        const key = this.string();
        if (key === null) return null;
        this.blanks();
        if (!this.take(0x3a)) return this.refuse('expected : after a key');
        this.blanks();
        if (!this.field(position, key.toLowerCase())) return null;
        this.blanks();
      } while (this.take(0x2c));
      if (!this.take(0x7d)) return this.refuse('expected , or }');
    }
    this.blanks();
    if (this.i != this.text.length) return this.refuse('text after the object');
    return position;
  }

  private field(position: Position, key: string): bool {
    const known = key == 'groupid' || key == 'topic' || key == 'partition' || key == 'offset';
    if (!known) return this.skipValue(0);
    if (this.word('null')) return true;
    if (key == 'groupid' || key == 'topic') {
      const value = this.string();
      if (value === null) return false;
      if (key == 'topic') position.topic = value;
      else position.group = value;
      return true;
    }
    const begin = this.i;
    if (!this.number()) return false;
    const digits = this.text.substring(begin, this.i);
    const value = I64.parseInt(digits);
    // Printing the number shows whether it is a 64-bit integer: for a fraction, an exponent or an overflow the digits differ.
    if (value.toString() != digits) return this.fail('expected a whole number as ' + key);
    if (key == 'offset') position.offset = value;
    else if (value > <i64>i32.MAX_VALUE || value < <i64>i32.MIN_VALUE) return this.fail('the partition is too large');
    else position.partition = <i32>value;
    return true;
  }

  private skipValue(depth: i32): bool {
    if (depth > MAX_DEPTH) return this.fail('it is nested too deeply');
    const c = this.peek();
    if (c == 0x22) return this.string() !== null;
    if (c == 0x7b || c == 0x5b) {
      const close = c + 2;
      this.i++;
      this.blanks();
      if (this.take(close)) return true;
      do {
        this.blanks();
        if (c == 0x7b) {
          if (this.string() === null) return false;
          this.blanks();
          if (!this.take(0x3a)) return this.fail('expected : after a key');
          this.blanks();
        }
        if (!this.skipValue(depth + 1)) return false;
        this.blanks();
      } while (this.take(0x2c));
      return this.take(close) || this.fail('expected , or the end of an object or list');
    }
    return this.word('true') || this.word('false') || this.word('null') || this.number();
  }

  private number(): bool {
    this.take(0x2d);
    const first = this.i;
    if (!this.digits()) return this.fail('expected a value');
    if (this.text.charCodeAt(first) == 0x30 && this.i - first > 1) return this.fail('a number starts with 0');
    if (this.take(0x2e) && !this.digits()) return this.fail('a number ends early');
    const c = this.peek();
    if (c == 0x65 || c == 0x45) {
      this.i++;
      if (!this.take(0x2b)) this.take(0x2d);
      if (!this.digits()) return this.fail('a number ends early');
    }
    return true;
  }

  private digits(): bool {
    const begin = this.i;
    while (this.peek() >= 0x30 && this.peek() <= 0x39) this.i++;
    return this.i > begin;
  }

  private string(): string | null {
    if (!this.take(0x22)) return this.refuseText('expected a string');
    let value = '';
    let begin = this.i;
    while (true) {
      const c = this.peek();
      if (c < 0x20) return this.refuseText(c < 0 ? 'it ends within a string' : 'a control character in a string');
      if (c == 0x22 || c == 0x5c) value += this.text.substring(begin, this.i);
      this.i++;
      if (c == 0x22) return wellFormed(value);
      if (c != 0x5c) continue;
      const escaped = this.peek();
      this.i++;
      if (escaped == 0x75) {
        const unit = this.hex();
        if (unit < 0) return this.refuseText('a bad \\u escape');
        value += String.fromCharCode(unit);
      } else {
        const which = '"\\/bfnrt'.indexOf(String.fromCharCode(escaped));
        if (escaped < 0 || which < 0) return this.refuseText('a bad escape');
        value += '"\\/\b\f\n\r\t'.charAt(which);
      }
      begin = this.i;
    }
  }

  private hex(): i32 {
    if (this.i + 4 > this.text.length) return -1;
    let unit = 0;
    for (let n = 0; n < 4; n++) {
      const digit = '0123456789abcdef'.indexOf(this.text.charAt(this.i++).toLowerCase());
      if (digit < 0) return -1;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  private blanks(): void {
    let c = this.peek();
    while (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09) {
      this.i++;
      c = this.peek();
    }
  }

  private word(word: string): bool {
    if (this.text.substr(this.i, word.length) != word) return false;
    this.i += word.length;
    return true;
  }

  private take(c: i32): bool {
    if (this.peek() != c) return false;
    this.i++;
    return true;
  }

  /** -1 at the end. */
  private peek(): i32 {
    return this.i < this.text.length ? this.text.charCodeAt(this.i) : -1;
  }

  private fail(why: string): bool {
    this.error = why + ' at character ' + (this.i + 1).toString();
    return false;
  }

  private refuse(why: string): Position | null {
    this.fail(why);
    return null;
  }

  private refuseText(why: string): string | null {
    this.fail(why);
    return null;
  }
}

/** Replaces half a surrogate pair, which \u escapes can produce, by U+FFFD, as Go does. */
function wellFormed(text: string): string {
  let out = '';
  let begin = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) != 0xd800) continue;
    if (unit < 0xdc00 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) == 0xdc00) {
      i++;
      continue;
    }
    out += text.substring(begin, i) + '\ufffd';
    begin = i + 1;
  }
  return out + text.substring(begin);
}
