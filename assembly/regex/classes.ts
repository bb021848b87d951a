// Character classes: ranges, and groups of Unicode as far as they are known here.
import { isLetter, isLower, isPrint, isSpace, isUpper, toLower, toUpper } from '../bytes/runes';

export namespace Group {
  export const none: u32 = 0;
  export const letter: u32 = 1;
  export const upper: u32 = 2;
  export const lower: u32 = 3;
  export const digit: u32 = 4;
  export const space: u32 = 5;
  export const punctuation: u32 = 6;
  export const symbol: u32 = 7;
  export const latin: u32 = 8;
  export const greek: u32 = 9;
  export const cyrillic: u32 = 10;
  export const han: u32 = 11;
  export const control: u32 = 12;
}
const NAMES: string[] = ['', 'L', 'Lu', 'Ll', 'Nd', 'Z', 'P', 'S', 'Latin', 'Greek', 'Cyrillic', 'Han', 'Cc'];

export const POSIX: string[] = [
  'alnum',
  'alpha',
  'ascii',
  'blank',
  'cntrl',
  'digit',
  'graph',
  'lower',
  'print',
  'punct',
  'space',
  'upper',
  'word',
  'xdigit',
];

/** The number of a group of Unicode; Group.none: it is not known. */
export function unicodeGroup(name: string): u32 {
  if (name == 'N') return Group.digit;
  if (name == 'Zs') return Group.space;
  const i = NAMES.indexOf(name);
  return i < 0 ? Group.none : i;
}

function isIn(group: u32, r: u32): bool {
  if (group == Group.letter) return isLetter(r);
  if (group == Group.upper) return isUpper(r);
  if (group == Group.lower) return isLower(r);
  if (group == Group.digit)
    return (r >= 0x30 && r <= 0x39) || (r >= 0x660 && r <= 0x669) || (r >= 0x966 && r <= 0x96f) || (r >= 0xff10 && r <= 0xff19);
  if (group == Group.space) return r == 0x20 || (r >= 0x80 && r != 0x85 && isSpace(r));
  if (group == Group.control) return r < 0x20 || (r >= 0x7f && r < 0xa0);
  if (group == Group.latin) return isLetter(r) && (r < 0x250 || (r >= 0x1e00 && r < 0x1f00) || (r >= 0xff21 && r <= 0xff5a)) && r != 0xb5;
  if (group == Group.greek) return (r >= 0x370 && r < 0x400 && isLetter(r)) || (r >= 0x1f00 && r < 0x2000);
  if (group == Group.cyrillic) return r >= 0x400 && r < 0x530;
  if (group == Group.han)
    return (r >= 0x4e00 && r < 0xa000) || (r >= 0x3400 && r < 0x4dc0) || (r >= 0x20000 && r < 0x30000) || r == 0x3005 || r == 0x3007;
  const isSymbol = r == 0x24 || r == 0x2b || (r >= 0x3c && r <= 0x3e) || r == 0x5e || r == 0x60 || r == 0x7c || r == 0x7e;
  if (r < 0x80) return group == Group.symbol ? isSymbol : r > 0x20 && r < 0x7f && !isLetter(r) && !(r >= 0x30 && r <= 0x39) && !isSymbol;
  const punctuation =
    r == 0xa1 ||
    r == 0xa7 ||
    r == 0xab ||
    r == 0xb6 ||
    r == 0xb7 ||
    r == 0xbb ||
    r == 0xbf ||
    (r >= 0x2010 && r <= 0x205e) ||
    (r >= 0x3001 && r <= 0x3003);
  return group == Group.punctuation ? punctuation : !punctuation && !isLetter(r) && isPrint(r) && (r < 0x300 || r >= 0x2000);
}

export class CharClass {
  negated: bool = false;
  /** Matches a character if one of its cases does. */
  folds: bool = false;
  private readonly ranges: u32[] = [];
  /** A group of Unicode, with 256 if it is what is not in the group. */
  private readonly groups: u32[] = [];

  add(low: u32, high: u32): void {
    this.ranges.push(low);
    this.ranges.push(high);
  }

  addGroup(group: u32, negated: bool): void {
    this.groups.push(negated ? group | 256 : group);
  }

  /** Adds ranges, or everything outside them. */
  private addSet(ranges: u32[], negated: bool): void {
    if (!negated) {
      for (let i = 0; i < ranges.length; i += 2) this.add(ranges[i], ranges[i + 1]);
      return;
    }
    let from: u32 = 0;
    for (let i = 0; i < ranges.length; i += 2) {
      if (ranges[i] > from) this.add(from, ranges[i] - 1);
      from = ranges[i + 1] + 1;
    }
    this.add(from, 0x10ffff);
  }

  /** The class of d, s or w. */
  addPerl(letter: u32, negated: bool): void {
    if (letter == 0x64) this.addSet([0x30, 0x39], negated);
    else if (letter == 0x73) this.addSet([9, 10, 12, 13, 0x20, 0x20], negated);
    else this.addSet([0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a], negated);
  }

  addPosix(name: string, negated: bool): void {
    if (name == 'alnum') this.addSet([0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a], negated);
    else if (name == 'alpha') this.addSet([0x41, 0x5a, 0x61, 0x7a], negated);
    else if (name == 'ascii') this.addSet([0, 0x7f], negated);
    else if (name == 'blank') this.addSet([9, 9, 0x20, 0x20], negated);
    else if (name == 'cntrl') this.addSet([0, 0x1f, 0x7f, 0x7f], negated);
    else if (name == 'digit') this.addSet([0x30, 0x39], negated);
    else if (name == 'graph') this.addSet([0x21, 0x7e], negated);
    else if (name == 'lower') this.addSet([0x61, 0x7a], negated);
    else if (name == 'print') this.addSet([0x20, 0x7e], negated);
    else if (name == 'punct') this.addSet([0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e], negated);
    else if (name == 'space') this.addSet([9, 13, 0x20, 0x20], negated);
    else if (name == 'upper') this.addSet([0x41, 0x5a], negated);
    else if (name == 'word') this.addSet([0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a], negated);
    else this.addSet([0x30, 0x39, 0x41, 0x46, 0x61, 0x66], negated);
  }

  private has(r: u32): bool {
    const ranges = this.ranges;
    for (let i = 0; i < ranges.length; i += 2) if (r >= unchecked(ranges[i]) && r <= unchecked(ranges[i + 1])) return true;
    const groups = this.groups;
    for (let i = 0; i < groups.length; i++) if (isIn(groups[i] & 255, r) != groups[i] >= 256) return true;
    return false;
  }

  matches(r: u32): bool {
    let found = this.has(r);
    if (!found && this.folds) found = this.has(toLower(r)) || this.has(toUpper(r));
    return found != this.negated;
  }
}
