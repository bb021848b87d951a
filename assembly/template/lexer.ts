// Cuts a Go template into tokens, as text/template/parse/lex.go does, with its error texts. The source is UTF-8 in the heap; positions are bytes.
import { isDigit, isLetter, rune, runeSize } from '../bytes/runes';

export namespace Token {
  export const error: u8 = 0;
  export const bool: u8 = 1;
  export const char: u8 = 2;
  export const charConstant: u8 = 3;
  export const complex: u8 = 4;
  export const assign: u8 = 5;
  export const declare: u8 = 6;
  export const eof: u8 = 7;
  export const field: u8 = 8;
  export const identifier: u8 = 9;
  export const leftDelim: u8 = 10;
  export const leftParen: u8 = 11;
  export const number: u8 = 12;
  export const pipe: u8 = 13;
  export const rawString: u8 = 14;
  export const rightDelim: u8 = 15;
  export const rightParen: u8 = 16;
  export const space: u8 = 17;
  export const string: u8 = 18;
  export const text: u8 = 19;
  export const variable: u8 = 20;
  export const keyword: u8 = 21;
  export const block: u8 = 22;
  export const breakLoop: u8 = 23;
  export const continueLoop: u8 = 24;
  export const dot: u8 = 25;
  export const define: u8 = 26;
  export const elseBranch: u8 = 27;
  export const end: u8 = 28;
  export const ifBranch: u8 = 29;
  export const nil: u8 = 30;
  export const range: u8 = 31;
  export const template: u8 = 32;
  export const withBranch: u8 = 33;
}

const KEYWORDS: string[] = ['block', 'break', 'continue', '', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'];

/** One token: the bytes from `at` to `end`; of an error, the text. */
export class Item {
  constructor(
    readonly type: u8,
    readonly at: usize,
    readonly end: usize,
    readonly line: i32,
    readonly error: string = '',
  ) {}

  get text(): string {
    return String.UTF8.decodeUnsafe(this.at, this.end - this.at);
  }
}

const LEFT: u16 = 0x7b7b;
const RIGHT: u16 = 0x7d7d;

export class Lexer {
  private at: usize;
  private start: usize;
  private line: i32 = 1;
  private startLine: i32 = 1;
  private parens: i32 = 0;
  private inside: bool = false;
  private ended: bool = false;

  constructor(
    readonly begin: usize,
    readonly end: usize,
  ) {
    this.at = begin;
    this.start = begin;
  }

  next(): Item {
    if (this.ended) return new Item(Token.eof, this.end, this.end, this.startLine);
    return this.inside ? this.action() : this.text();
  }

  private emit(type: u8): Item {
    const item = new Item(type, this.start, this.at, this.startLine);
    this.begins();
    return item;
  }

  /** The next token begins here. */
  private begins(): void {
    for (let p = this.start; p < this.at; p++) if (load<u8>(p) == 0x0a) this.line++;
    this.start = this.at;
    this.startLine = this.line;
  }

  private fail(text: string): Item {
    this.ended = true;
    return new Item(Token.error, this.start, this.start, this.startLine, text);
  }

  private is(two: u16, at: usize): bool {
    return at + 2 <= this.end && load<u16>(at) == two;
  }

  private isSpaceAt(at: usize): bool {
    if (at >= this.end) return false;
    const c = load<u8>(at);
    return c == 0x20 || c == 9 || c == 10 || c == 13;
  }

  private find(two: u16, from: usize): usize {
    for (let p = from; p + 2 <= this.end; p++) if (load<u16>(p) == two) return p;
    return this.end;
  }

  private text(): Item {
    const open = this.find(LEFT, this.at);
    if (open + 2 > this.end) {
      this.at = this.end;
      if (this.at > this.start) return this.emit(Token.text);
      return this.emit(Token.eof);
    }
    if (open > this.at) {
      let until = open;
      if (open + 4 <= this.end && load<u8>(open + 2) == 0x2d && this.isSpaceAt(open + 3)) {
        while (until > this.start && this.isSpaceAt(until - 1)) until--;
      }
      this.at = until;
      const item = this.emit(Token.text);
      this.at = open;
      this.begins();
      if (item.end > item.at) return item;
    }
    return this.leftDelim();
  }

  private leftDelim(): Item {
    this.at += 2;
    const trims = this.at + 2 <= this.end && load<u8>(this.at) == 0x2d && this.isSpaceAt(this.at + 1);
    const after: usize = trims ? 2 : 0;
    if (this.is(0x2a2f, this.at + after)) {
      this.at += after;
      this.begins();
      return this.comment();
    }
    const item = this.emit(Token.leftDelim);
    this.inside = true;
    this.at += after;
    this.begins();
    this.parens = 0;
    return item;
  }

  private comment(): Item {
    const close = this.find(0x2f2a, this.at + 2);
    if (close + 2 > this.end) return this.fail('unclosed comment');
    this.at = close + 2;
    const delim = this.rightDelimAt(this.at);
    if (delim == 0) return this.fail('comment ends before closing delimiter');
    this.skipDelim(delim == 2);
    this.begins();
    return this.text();
  }

  /** 0: there is no right delimiter; 2: there is one that trims. */
  private rightDelimAt(at: usize): i32 {
    if (this.isSpaceAt(at) && at + 4 <= this.end && load<u8>(at + 1) == 0x2d && this.is(RIGHT, at + 2)) return 2;
    return this.is(RIGHT, at) ? 1 : 0;
  }

  private skipDelim(trims: bool): void {
    this.at += trims ? 4 : 2;
    if (trims) while (this.isSpaceAt(this.at)) this.at++;
  }

  private rightDelim(trims: bool): Item {
    if (trims) {
      this.at += 2;
      this.begins();
    }
    this.at += 2;
    const item = this.emit(Token.rightDelim);
    if (trims) {
      while (this.isSpaceAt(this.at)) this.at++;
      this.begins();
    }
    this.inside = false;
    return item;
  }

  private action(): Item {
    const delim = this.rightDelimAt(this.at);
    if (delim != 0) return this.parens == 0 ? this.rightDelim(delim == 2) : this.fail('unclosed left paren');
    if (this.at >= this.end) return this.fail('unclosed action');
    const r = rune(this.at, this.end);
    const size = runeSize;
    const c = r < 0x80 ? r : 0;
    if (c != 0 && this.isSpaceAt(this.at)) return this.space();
    this.at += size;
    if (c == 0x3d) return this.emit(Token.assign);
    if (c == 0x3a) {
      if (this.at >= this.end || load<u8>(this.at) != 0x3d) return this.fail('expected :=');
      this.at++;
      return this.emit(Token.declare);
    }
    if (c == 0x7c) return this.emit(Token.pipe);
    if (c == 0x22) return this.quoted(0x22, Token.string, 'unterminated quoted string');
    if (c == 0x60) return this.raw();
    if (c == 0x24) return this.atTerminator() ? this.emit(Token.variable) : this.fieldOr(Token.variable);
    if (c == 0x27) return this.quoted(0x27, Token.charConstant, 'unterminated character constant');
    if (c == 0x2e && this.at < this.end && !isDigit(load<u8>(this.at))) return this.fieldOr(Token.field);
    if (c == 0x2e || c == 0x2b || c == 0x2d || isDigit(c)) {
      this.at--;
      return this.number();
    }
    if (r == 0x5f || isLetter(r)) {
      this.at -= size;
      return this.identifier();
    }
    if (c == 0x28) {
      this.parens++;
      return this.emit(Token.leftParen);
    }
    if (c == 0x29) return --this.parens < 0 ? this.fail('unexpected right paren') : this.emit(Token.rightParen);
    if (c >= 0x20 && c < 0x7f) return this.emit(Token.char);
    return this.fail('unrecognized character in action: ' + unicodeName(r, size));
  }

  private space(): Item {
    let count = 0;
    while (this.isSpaceAt(this.at)) {
      this.at++;
      count++;
    }
    if (this.rightDelimAt(this.at - 1) == 2) {
      this.at--;
      if (count == 1) return this.rightDelim(true);
    }
    return this.emit(Token.space);
  }

  private quoted(quote: u8, type: u8, unterminated: string): Item {
    while (this.at < this.end) {
      const c = load<u8>(this.at++);
      if (c == 0x0a) return this.fail(unterminated);
      if (c == quote) return this.emit(type);
      if (c == 0x5c) {
        if (this.at >= this.end || load<u8>(this.at) == 0x0a) return this.fail(unterminated);
        this.at++;
      }
    }
    return this.fail(unterminated);
  }

  private raw(): Item {
    while (this.at < this.end) if (load<u8>(this.at++) == 0x60) return this.emit(Token.rawString);
    return this.fail('unterminated raw quoted string');
  }

  private word(): void {
    while (this.at < this.end) {
      const r = rune(this.at, this.end);
      if (r != 0x5f && !isLetter(r) && !isDigit(r)) return;
      this.at += runeSize;
    }
  }

  private atTerminator(): bool {
    if (this.at >= this.end || this.isSpaceAt(this.at)) return true;
    const c = load<u8>(this.at);
    return c == 0x2e || c == 0x2c || c == 0x7c || c == 0x3a || c == 0x28 || c == 0x29 || this.is(RIGHT, this.at);
  }

  private badCharacter(): Item {
    return this.fail('bad character ' + unicodeName(rune(this.at, this.end), runeSize));
  }

  private fieldOr(type: u8): Item {
    if (this.atTerminator()) return this.emit(type == Token.variable ? type : Token.dot);
    this.word();
    return this.atTerminator() ? this.emit(type) : this.badCharacter();
  }

  private identifier(): Item {
    this.word();
    if (!this.atTerminator()) return this.badCharacter();
    const text = String.UTF8.decodeUnsafe(this.start, this.at - this.start);
    if (text == 'true' || text == 'false') return this.emit(Token.bool);
    const keyword = KEYWORDS.indexOf(text);
    return this.emit(keyword < 0 ? Token.identifier : Token.block + <u8>keyword);
  }

  private accept(valid: string): bool {
    if (this.at >= this.end || valid.indexOf(String.fromCharCode(load<u8>(this.at))) < 0) return false;
    this.at++;
    return true;
  }

  private acceptRun(valid: string): void {
    while (this.accept(valid));
  }

  private number(): Item {
    if (!this.scanNumber()) return this.badNumber();
    if (this.at < this.end && (load<u8>(this.at) == 0x2b || load<u8>(this.at) == 0x2d)) {
      if (!this.scanNumber() || load<u8>(this.at - 1) != 0x69) return this.badNumber();
      return this.emit(Token.complex);
    }
    return this.emit(Token.number);
  }

  private badNumber(): Item {
    return this.fail('bad number syntax: "' + String.UTF8.decodeUnsafe(this.start, this.at - this.start) + '"');
  }

  private scanNumber(): bool {
    this.accept('+-');
    let digits = '0123456789_';
    if (this.accept('0')) {
      if (this.accept('xX')) digits = '0123456789abcdefABCDEF_';
      else if (this.accept('oO')) digits = '01234567_';
      else if (this.accept('bB')) digits = '01_';
    }
    this.acceptRun(digits);
    if (this.accept('.')) this.acceptRun(digits);
    if (digits.length == 11 && this.accept('eE')) {
      this.accept('+-');
      this.acceptRun('0123456789_');
    }
    if (digits.length == 23 && this.accept('pP')) {
      this.accept('+-');
      this.acceptRun('0123456789_');
    }
    this.accept('i');
    const before = this.at;
    this.word();
    if (this.at == before) return true;
    this.at = before;
    rune(this.at, this.end);
    this.at += runeSize;
    return false;
  }
}

/** Go's %#U, for instance U+0026 '&'. */
function unicodeName(r: u32, size: u32): string {
  let hex = r.toString(16).toUpperCase();
  while (hex.length < 4) hex = '0' + hex;
  return 'U+' + hex + (r >= 0x20 && r != 0x7f && (r < 0x80 || r >= 0xa1) ? " '" + String.fromCodePoint(r) + "'" : '');
}
