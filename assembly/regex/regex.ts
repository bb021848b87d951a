// Matches regular expressions in time that grows with the product of the lengths of expression and text: all ways to match are followed at once,
// in the order of preference (a Pike machine). There is no backtracking. Used by templates, and for topics by regular expression.
import { isLetter, rune, runeSize, toLower } from '../bytes/runes';
import { CharClass } from './classes';
import { Assert, Op, Parser } from './syntax';

/** Most slots of all threads of one expression: instructions times the borders of groups. */
const MAX_SLOTS: i32 = 1 << 17;

export class Regex {
  /** The error, empty if there is none. */
  error: string;
  readonly groupNames: string[];
  private readonly program: StaticArray<u32>;
  private readonly classes: CharClass[];
  private readonly size: i32;
  private readonly slotCount: i32;
  /** Borders of the last match and of its groups: addresses, 0 for a group without a match. */
  readonly slots: StaticArray<usize>;
  // Threads: for each list the addresses of instructions in order, and for each instruction the slots of its thread.
  private list: StaticArray<u32>;
  private nextList: StaticArray<u32>;
  private saved: StaticArray<usize>;
  private nextSaved: StaticArray<usize>;
  private readonly marks: StaticArray<u32>;
  private readonly held: StaticArray<usize>;
  private mark: u32 = 0;
  private count: i32 = 0;

  constructor(at: usize, size: usize) {
    const parser = new Parser(at, at + size);
    parser.parse();
    const instructions = parser.program.length / 3;
    const slotCount = parser.groupNames.length * 2;
    let error = parser.error;
    if (error == '' && instructions * slotCount > MAX_SLOTS) error = 'error parsing regexp: expression too large';
    const n = error == '' ? instructions : 0;
    this.error = error;
    this.groupNames = parser.groupNames;
    this.classes = parser.classes;
    this.slotCount = slotCount;
    this.size = instructions;
    this.program = StaticArray.fromArray(parser.program);
    this.slots = new StaticArray<usize>(slotCount);
    this.held = new StaticArray<usize>(slotCount);
    this.list = new StaticArray<u32>(n);
    this.nextList = new StaticArray<u32>(n);
    this.saved = new StaticArray<usize>(n * slotCount);
    this.nextSaved = new StaticArray<usize>(n * slotCount);
    this.marks = new StaticArray<u32>(n);
  }

  /** What one character of a text costs, for bounds. */
  get cost(): u32 {
    return this.size;
  }

  /** Finds the first match at or after `from` in the text from `begin` to `end`; `slots` then has its borders. */
  find(begin: usize, end: usize, from: usize, wholeText: bool = false): bool {
    const held = this.held;
    let found = false;
    let at = from;
    this.mark++;
    this.count = 0;
    while (true) {
      // Lowest preference: the match that begins here.
      if (!found && !(wholeText && at != from)) {
        for (let i = 0; i < this.slotCount; i++) unchecked((held[i] = 0));
        this.add(0, at, begin, end);
      }
      const current = this.count;
      if (current == 0 && (found || wholeText)) break;
      const inText = at < end;
      const r: u32 = inText ? rune(at, end) : 0;
      const next = inText ? at + runeSize : at;
      const listed = this.list;
      const slotsHere = this.saved;
      this.list = this.nextList;
      this.saved = this.nextSaved;
      this.nextList = listed;
      this.nextSaved = slotsHere;
      this.mark++;
      this.count = 0;
      for (let i = 0; i < current; i++) {
        const pc = unchecked(listed[i]);
        const op = unchecked(this.program[pc * 3]);
        const own = pc * this.slotCount;
        if (op == Op.match) {
          if (wholeText && inText) continue;
          for (let s = 0; s < this.slotCount; s++) unchecked((this.slots[s] = slotsHere[own + s]));
          found = true;
          break;
        }
        if (!inText || !this.accepts(op, unchecked(this.program[pc * 3 + 1]), r)) continue;
        for (let s = 0; s < this.slotCount; s++) unchecked((held[s] = slotsHere[own + s]));
        this.add(pc + 1, next, begin, end);
      }
      if (!inText) break;
      at = next;
    }
    return found;
  }


  @inline
  private accepts(op: u32, x: u32, r: u32): bool {
    if (op == Op.char) return r == x;
    if (op == Op.anyButNewline) return r != 10;
    if (op == Op.any) return true;
    return op == Op.fold ? toLower(r) == x : unchecked(this.classes[x]).matches(r);
  }

  /** True if the expression matches the whole text. */
  matchesWhole(begin: usize, end: usize): bool {
    return this.find(begin, end, begin, true) && this.slots[0] == begin;
  }

  /** Adds the thread at `pc`, and those that it becomes without reading a character. */
  private add(pc: u32, at: usize, begin: usize, end: usize): void {
    if (unchecked(this.marks[pc]) == this.mark) return;
    unchecked((this.marks[pc] = this.mark));
    const op = unchecked(this.program[pc * 3]);
    const x = unchecked(this.program[pc * 3 + 1]);
    if (op == Op.jump) return this.add(x, at, begin, end);
    if (op == Op.split) {
      this.add(x, at, begin, end);
      return this.add(unchecked(this.program[pc * 3 + 2]), at, begin, end);
    }
    if (op == Op.save) {
      const old = unchecked(this.held[x]);
      unchecked((this.held[x] = at));
      this.add(pc + 1, at, begin, end);
      unchecked((this.held[x] = old));
      return;
    }
    if (op == Op.assert) {
      if (holds(x, at, begin, end)) this.add(pc + 1, at, begin, end);
      return;
    }
    unchecked((this.list[this.count++] = pc));
    for (let s = 0; s < this.slotCount; s++) unchecked((this.saved[pc * this.slotCount + s] = this.held[s]));
  }
}

function isWord(r: u32): bool {
  return r < 0x80 && (isLetter(r) || r == 0x5f || (r >= 0x30 && r <= 0x39));
}

function holds(kind: u32, at: usize, begin: usize, end: usize): bool {
  if (kind == Assert.beginText) return at == begin;
  if (kind == Assert.endText) return at == end;
  if (kind == Assert.beginLine) return at == begin || load<u8>(at - 1) == 10;
  if (kind == Assert.endLine) return at == end || load<u8>(at) == 10;
  const left = at > begin && isWord(load<u8>(at - 1));
  const right = at < end && isWord(load<u8>(at));
  return (left != right) == (kind == Assert.boundary);
}
