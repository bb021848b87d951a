// Parses RE2's syntax, as Go's regexp/syntax does, with its errors, and writes the program of the matcher as it goes.
import { isLetter, rune, runeSize, toLower, toUpper } from '../bytes/runes';
import { CharClass, Group, POSIX, unicodeGroup } from './classes';

export namespace Op {
  export const char: u32 = 0;
  export const any: u32 = 1;
  export const anyButNewline: u32 = 2;
  export const class_: u32 = 3;
  /** Goes on at both addresses, and prefers the first. */
  export const split: u32 = 4;
  export const jump: u32 = 5;
  export const save: u32 = 6;
  export const assert: u32 = 7;
  export const match: u32 = 8;
  /** char, for both cases. */
  export const fold: u32 = 9;
}

export namespace Assert {
  export const beginText: u32 = 0;
  export const endText: u32 = 1;
  export const beginLine: u32 = 2;
  export const endLine: u32 = 3;
  export const boundary: u32 = 4;
  export const noBoundary: u32 = 5;
}

/** Most instructions of one expression. */
export const MAX_INSTRUCTIONS: i32 = 4000;
const MAX_REPEAT: i32 = 1000;
const MAX_NESTING: i32 = 100;
const FOLD: u32 = 1;
const MULTI_LINE: u32 = 2;
const DOT_NEWLINE: u32 = 4;
const UNGREEDY: u32 = 8;

/** A compiled part: instructions that can be moved. Three numbers each: the operation, x and y. */
class Code {
  code: u32[] = [];


  @inline
  get size(): i32 {
    return this.code.length / 3;
  }

  emit(op: u32, x: u32 = 0, y: u32 = 0): void {
    this.code.push(op);
    this.code.push(x);
    this.code.push(y);
  }

  /** Appends another part, whose addresses begin at 0. */
  add(other: Code): void {
    const base = <u32>this.size;
    const from = other.code;
    for (let i = 0; i < from.length; i += 3) {
      const op = from[i];
      const moves = op == Op.split || op == Op.jump;
      this.emit(op, moves ? from[i + 1] + base : from[i + 1], op == Op.split ? from[i + 2] + base : from[i + 2]);
    }
  }
}

export class Parser {
  error: string = '';
  classes: CharClass[] = [];
  groupNames: string[] = [''];
  program: u32[] = [];
  private at: usize;
  private flags: u32 = 0;
  private depth: i32 = 0;
  /** Between \Q and \E. */
  private quotes: bool = false;

  constructor(
    readonly begin: usize,
    readonly end: usize,
  ) {
    this.at = begin;
  }

  parse(): void {
    const body = this.alternation();
    if (this.error == '' && this.at < this.end) this.fail('unexpected )', this.begin, this.end);
    if (this.error != '') return;
    const whole = new Code();
    whole.emit(Op.save, 0);
    whole.add(body);
    whole.emit(Op.save, 1);
    whole.emit(Op.match);
    if (whole.size > MAX_INSTRUCTIONS) this.fail('expression too large', this.begin, this.begin);
    this.program = whole.code;
  }

  private fail(what: string, from: usize, to: usize): void {
    if (this.error != '') return;
    this.error = 'error parsing regexp: ' + what + ': `' + String.UTF8.decodeUnsafe(from, to - from) + '`';
  }

  private peek(): i32 {
    return this.at < this.end ? load<u8>(this.at) : -1;
  }

  private is(text: string): bool {
    if (this.at + text.length > this.end) return false;
    for (let i = 0; i < text.length; i++) if (load<u8>(this.at + i) != text.charCodeAt(i)) return false;
    return true;
  }

  private alternation(): Code {
    let left = this.sequence();
    while (this.error == '' && this.peek() == 0x7c) {
      this.at++;
      const right = this.sequence();
      const both = new Code();
      both.emit(Op.split, 1, left.size + 2);
      both.add(left);
      both.emit(Op.jump, left.size + right.size + 2);
      both.add(right);
      left = both;
      this.bound(left);
    }
    return left;
  }

  private bound(code: Code): void {
    if (code.size > MAX_INSTRUCTIONS) this.fail('expression too large', this.begin, this.begin);
  }

  private sequence(): Code {
    const whole = new Code();
    let last: Code | null = null;
    let repeatAt: usize = 0;
    while (this.error == '' && this.at < this.end) {
      const c = this.peek();
      if (this.quotes) {
        if (this.is('\\E')) {
          this.at += 2;
          this.quotes = false;
          continue;
        }
        if (last !== null) whole.add(last);
        last = this.literal(rune(this.at, this.end));
        this.at += runeSize;
        repeatAt = 0;
        continue;
      }
      if (c == 0x5c && this.is('\\Q')) {
        this.at += 2;
        this.quotes = true;
        continue;
      }
      if (c == 0x7c || c == 0x29) break;
      if (c == 0x2a || c == 0x2b || c == 0x3f || c == 0x7b) {
        const from = this.at;
        let least = c == 0x2b ? 1 : 0;
        let most = c == 0x3f ? 1 : -1;
        if (c == 0x7b) {
          if (!this.counts()) {
            if (this.error != '') break;
            if (last !== null) whole.add(last);
            last = this.literal(0x7b);
            this.at++;
            repeatAt = 0;
            continue;
          }
          least = this.least;
          most = this.most;
        } else this.at++;
        let greedy = true;
        if (this.peek() == 0x3f) {
          this.at++;
          greedy = false;
        }
        if (last === null) {
          this.fail('missing argument to repetition operator', from, this.at);
          break;
        }
        if (repeatAt != 0) {
          this.fail('invalid nested repetition operator', repeatAt, this.at);
          break;
        }
        if (c == 0x7b && (least > MAX_REPEAT || most > MAX_REPEAT || (most >= 0 && least > most))) {
          this.fail('invalid repeat count', from, this.at);
          break;
        }
        if ((this.flags & UNGREEDY) != 0) greedy = !greedy;
        last = this.repeat(last, least, most, greedy);
        repeatAt = from;
        continue;
      }
      if (last !== null) whole.add(last);
      this.bound(whole);
      repeatAt = 0;
      last = this.atom();
    }
    if (last !== null) whole.add(last);
    this.bound(whole);
    return whole;
  }

  private least: i32 = 0;
  private most: i32 = 0;

  private number(): i32 {
    let n = -1;
    while (this.at < this.end && load<u8>(this.at) - 0x30 <= 9) {
      n = (n < 0 ? 0 : n) * 10 + (load<u8>(this.at++) - 0x30);
      if (n > 100_000) n = 100_000;
    }
    return n;
  }

  /** Reads {n}, {n,} or {n,m}. False: it is none, and `at` is unchanged. */
  private counts(): bool {
    const from = this.at++;
    this.least = this.number();
    this.most = this.least;
    if (this.least >= 0 && this.peek() == 0x2c) {
      this.at++;
      this.most = this.peek() == 0x7d ? -1 : this.number();
      if (this.most < 0 && this.peek() != 0x7d) this.least = -1;
    }
    if (this.least >= 0 && this.peek() == 0x7d) {
      this.at++;
      return true;
    }
    this.at = from;
    return false;
  }

  private repeat(part: Code, least: i32, most: i32, greedy: bool): Code {
    const whole = new Code();
    const copies = most < 0 ? least + 1 : most;
    if (<i64>part.size * copies > MAX_INSTRUCTIONS) {
      this.fail('expression too large', this.begin, this.begin);
      return whole;
    }
    if (most < 0 && least > 0) {
      for (let i = 1; i < least; i++) whole.add(part);
      const loop = new Code();
      loop.add(part);
      if (greedy) loop.emit(Op.split, 0, part.size + 1);
      else loop.emit(Op.split, part.size + 1, 0);
      whole.add(loop);
      return whole;
    }
    for (let i = 0; i < least; i++) whole.add(part);
    if (most < 0) {
      const loop = new Code();
      loop.emit(Op.split, greedy ? 1 : part.size + 2, greedy ? part.size + 2 : 1);
      loop.add(part);
      loop.emit(Op.jump, 0);
      whole.add(loop);
      return whole;
    }
    let rest = new Code();
    for (let i = least; i < most; i++) {
      const next = new Code();
      const size = part.size + rest.size + 1;
      next.emit(Op.split, greedy ? 1 : size, greedy ? size : 1);
      next.add(part);
      next.add(rest);
      rest = next;
    }
    whole.add(rest);
    return whole;
  }

  private literal(r: u32): Code {
    const code = new Code();
    const folds = (this.flags & FOLD) != 0 && (toLower(r) != r || toUpper(r) != r);
    code.emit(folds ? Op.fold : Op.char, folds ? toLower(r) : r);
    return code;
  }

  private assertion(kind: u32): Code {
    const code = new Code();
    code.emit(Op.assert, kind);
    return code;
  }

  private ofClass(c: CharClass): Code {
    if ((this.flags & FOLD) != 0) c.folds = true;
    const code = new Code();
    code.emit(Op.class_, this.classes.push(c) - 1);
    return code;
  }

  private atom(): Code {
    const c = this.peek();
    if (c == 0x28) return this.group();
    if (c == 0x5b) return this.bracket();
    if (c == 0x5c) return this.escape();
    const r = rune(this.at, this.end);
    if (r == 0xfffd && runeSize == 1) this.fail('invalid UTF-8', this.begin, this.begin);
    this.at += runeSize;
    if (c == 0x5e) return this.assertion((this.flags & MULTI_LINE) != 0 ? Assert.beginLine : Assert.beginText);
    if (c == 0x24) return this.assertion((this.flags & MULTI_LINE) != 0 ? Assert.endLine : Assert.endText);
    if (c == 0x2e) {
      const code = new Code();
      code.emit((this.flags & DOT_NEWLINE) != 0 ? Op.any : Op.anyButNewline);
      return code;
    }
    return this.literal(r);
  }

  private group(): Code {
    const from = this.at++;
    const flags = this.flags;
    let index = -1;
    if (++this.depth > MAX_NESTING) this.fail('expression nests too deeply', this.begin, this.end);
    if (this.peek() == 0x3f) {
      if (this.is('?P<') || this.is('?<')) {
        this.at += this.is('?P<') ? 3 : 2;
        const nameAt = this.at;
        while (this.at < this.end && load<u8>(this.at) != 0x3e) this.at++;
        if (this.at == this.end) this.fail('invalid named capture', from, this.end);
        const name = String.UTF8.decodeUnsafe(nameAt, this.at - nameAt);
        let valid = name != '';
        for (let p = nameAt; p < this.at; p++) {
          const c = load<u8>(p);
          valid = valid && (c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || c == 0x5f);
        }
        if (!valid) this.fail('invalid named capture', from, this.at + 1);
        this.at++;
        index = this.groupNames.push(name) - 1;
      } else if (!this.groupFlags(from)) return new Code();
      else if (load<u8>(this.at - 1) == 0x29) {
        this.depth--;
        return new Code();
      }
    } else index = this.groupNames.push('') - 1;
    const body = this.alternation();
    if (this.error == '' && this.peek() != 0x29) this.fail('missing closing )', this.begin, this.end);
    this.at++;
    this.flags = flags;
    this.depth--;
    if (index < 0) return body;
    const code = new Code();
    code.emit(Op.save, 2 * index);
    code.add(body);
    code.emit(Op.save, 2 * index + 1);
    return code;
  }

  /** Reads the flags of (?i) or (?i:, up to the `)` or `:`. */
  private groupFlags(from: usize): bool {
    this.at++;
    let sets = true;
    let any = false;
    while (this.at < this.end) {
      const c = load<u8>(this.at++);
      const flag = c == 0x69 ? FOLD : c == 0x6d ? MULTI_LINE : c == 0x73 ? DOT_NEWLINE : c == 0x55 ? UNGREEDY : 0;
      if (flag != 0) {
        this.flags = sets ? this.flags | flag : this.flags & ~flag;
        any = true;
      } else if (c == 0x2d && sets) {
        sets = false;
        any = false;
      } else if ((c == 0x3a || c == 0x29) && (sets || any)) return true;
      else break;
    }
    if (this.at >= this.end && this.error == '' && load<u8>(this.end - 1) != 0x29)
      this.fail('missing argument to repetition operator', from + 1, from + 2);
    this.fail('invalid or unsupported Perl syntax', from, this.at);
    return false;
  }

  /** Adds \d and the like to a class. False: it is none. */
  private perl(c: u32, into: CharClass): bool {
    const lower = c | 0x20;
    if (lower != 0x64 && lower != 0x73 && lower != 0x77) return false;
    into.addPerl(lower, c < 0x60);
    return true;
  }

  private escape(): Code {
    const from = this.at++;
    if (this.at >= this.end) {
      this.fail('trailing backslash at end of expression', from, from);
      return new Code();
    }
    const c: u32 = load<u8>(this.at);
    const kind: i32 =
      c == 0x41 ? Assert.beginText : c == 0x7a ? Assert.endText : c == 0x62 ? Assert.boundary : c == 0x42 ? Assert.noBoundary : -1;
    if (kind >= 0) {
      this.at++;
      return this.assertion(kind);
    }
    const set = new CharClass();
    if (this.perl(c, set)) {
      this.at++;
      return this.ofClass(set);
    }
    if (c == 0x70 || c == 0x50) return this.unicode(from, set) ? this.ofClass(set) : new Code();
    const r = this.escapedRune(from);
    return r < 0 ? new Code() : this.literal(r);
  }

  /** \pL, \p{Greek}, \PL */
  private unicode(from: usize, into: CharClass): bool {
    let negated = load<u8>(this.at++) == 0x50;
    const nameFrom = this.at;
    let nameTo = this.at + 1;
    if (this.peek() == 0x7b) {
      while (nameTo < this.end && load<u8>(nameTo) != 0x7d) nameTo++;
      if (nameTo >= this.end) {
        this.fail('invalid character class range', from, this.end);
        return false;
      }
      this.at = nameTo + 1;
    } else this.at = nameTo;
    let name = String.UTF8.decodeUnsafe(nameFrom, nameTo - nameFrom);
    if (name.startsWith('{')) name = name.substring(1);
    if (name.startsWith('^')) {
      negated = !negated;
      name = name.substring(1);
    }
    const group = unicodeGroup(name);
    if (group == Group.none) {
      this.fail('invalid character class range', from, this.at);
      return false;
    }
    into.addGroup(group, negated);
    return true;
  }

  /** The character of an escape; -1: it is invalid. */
  private escapedRune(from: usize): i32 {
    const c: u32 = rune(this.at, this.end);
    this.at += runeSize;
    if (c < 0x80 && !isLetter(c) && !(c >= 0x30 && c <= 0x39)) return c;
    const known = 'afnrtv'.indexOf(String.fromCharCode(c));
    if (c < 0x80 && known >= 0) return [7, 12, 10, 13, 9, 11][known];
    if (c >= 0x31 && c <= 0x37) {
      // \1 is a back reference, which there is not.
      if (this.at < this.end && load<u8>(this.at) - 0x30 <= 7) return this.octal(c - 0x30);
    } else if (c == 0x30) return this.octal(0);
    else if (c == 0x78) {
      const braces = this.peek() == 0x7b;
      if (braces) this.at++;
      let n: u32 = 0;
      let count = 0;
      while (this.at < this.end && (braces ? 8 : 2) > count) {
        const h: u32 = load<u8>(this.at);
        const d = h - 0x30 <= 9 ? h - 0x30 : (h | 0x20) - 0x61 <= 5 ? (h | 0x20) - 87 : 99;
        if (d == 99) break;
        n = n * 16 + d;
        this.at++;
        count++;
      }
      if (braces ? count > 0 && this.peek() == 0x7d && n <= 0x10ffff : count == 2) {
        if (braces) this.at++;
        return n;
      }
      this.fail('invalid escape sequence', from, min(this.at + 1, this.end));
      return -1;
    }
    this.fail('invalid escape sequence', from, this.at);
    return -1;
  }

  private octal(n: u32): i32 {
    for (let i = 0; i < 2 && this.at < this.end && load<u8>(this.at) - 0x30 <= 7; i++) n = n * 8 + (load<u8>(this.at++) - 0x30);
    return n;
  }

  private bracket(): Code {
    const from = this.at++;
    const set = new CharClass();
    if (this.peek() == 0x5e) {
      this.at++;
      set.negated = true;
    }
    let first = true;
    while (this.error == '' && (first || this.peek() != 0x5d)) {
      if (this.at >= this.end) {
        this.fail('missing closing ]', from, this.end);
        break;
      }
      first = false;
      if (this.is('[:')) {
        const posix = this.posix(set);
        if (posix || this.error != '') continue;
      }
      const c: u32 = load<u8>(this.at);
      if (c == 0x5c && this.at + 1 < this.end) {
        const e: u32 = load<u8>(this.at + 1);
        if (this.perl(e, set)) {
          this.at += 2;
          continue;
        }
        if (e == 0x70 || e == 0x50) {
          const at = this.at++;
          this.unicode(at, set);
          continue;
        }
      }
      const rangeFrom = this.at;
      const low = this.classRune(from);
      let high = low;
      if (low < 0) break;
      if (this.peek() == 0x2d && this.at + 1 < this.end && load<u8>(this.at + 1) != 0x5d) {
        this.at++;
        high = this.classRune(from);
        if (high < low && this.error == '') this.fail('invalid character class range', rangeFrom, this.at);
      }
      set.add(low, high);
    }
    this.at++;
    return this.ofClass(set);
  }

  private classRune(from: usize): i32 {
    if (this.at >= this.end) {
      this.fail('missing closing ]', from, this.end);
      return -1;
    }
    if (load<u8>(this.at) == 0x5c) {
      const at = this.at++;
      if (this.at >= this.end) {
        this.fail('trailing backslash at end of expression', at, at);
        return -1;
      }
      return this.escapedRune(at);
    }
    const r = rune(this.at, this.end);
    this.at += runeSize;
    return r;
  }

  /** [:alpha:] and the like. False: there is no `:]`. */
  private posix(into: CharClass): bool {
    let p = this.at + 2;
    while (p + 1 < this.end && !(load<u8>(p) == 0x3a && load<u8>(p + 1) == 0x5d)) p++;
    if (p + 1 >= this.end) return false;
    let name = String.UTF8.decodeUnsafe(this.at + 2, p - this.at - 2);
    const negated = name.startsWith('^');
    if (negated) name = name.substring(1);
    const i = POSIX.indexOf(name);
    if (i < 0) this.fail('invalid character class range', this.at, p + 2);
    else into.addPosix(name, negated);
    this.at = p + 2;
    return true;
  }
}
