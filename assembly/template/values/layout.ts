// The elements of Go's time layouts, such as 2006-01-02: finds the next one in a layout.

export namespace Std {
  export const none: u32 = 0;
  export const longMonth: u32 = 1;
  export const month: u32 = 2;
  export const numMonth: u32 = 3;
  export const zeroMonth: u32 = 4;
  export const longWeekday: u32 = 5;
  export const weekday: u32 = 6;
  export const day: u32 = 7;
  export const underDay: u32 = 8;
  export const zeroDay: u32 = 9;
  export const underYearDay: u32 = 10;
  export const zeroYearDay: u32 = 11;
  export const hour: u32 = 12;
  export const hour12: u32 = 13;
  export const zeroHour12: u32 = 14;
  export const minute: u32 = 15;
  export const zeroMinute: u32 = 16;
  export const second: u32 = 17;
  export const zeroSecond: u32 = 18;
  export const longYear: u32 = 19;
  export const year: u32 = 20;
  export const PM: u32 = 21;
  export const pm: u32 = 22;
  export const zone: u32 = 23;
  /** The numeric zones: with Z for UTC or without, with colons, with seconds, or of hours only. */
  export const isoZone: u32 = 24;
  export const isoSeconds: u32 = 25;
  export const isoShort: u32 = 26;
  export const isoColon: u32 = 27;
  export const isoColonSeconds: u32 = 28;
  export const numZone: u32 = 29;
  export const numSeconds: u32 = 30;
  export const numShort: u32 = 31;
  export const numColon: u32 = 32;
  export const numColonSeconds: u32 = 33;
  export const fraction0: u32 = 34;
  export const fraction9: u32 = 35;
}

// In the order in which Go tries them: longer ones first.
const TEXTS: string[] = [
  'January',
  'Jan',
  'Monday',
  'Mon',
  'MST',
  '2006',
  '_2006',
  '__2',
  '_2',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '002',
  '15',
  '-070000',
  '-07:00:00',
  '-0700',
  '-07:00',
  '-07',
  'Z070000',
  'Z07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
  'PM',
  'pm',
  '1',
  '2',
  '3',
  '4',
  '5',
];
const KINDS: u32[] = [
  Std.longMonth,
  Std.month,
  Std.longWeekday,
  Std.weekday,
  Std.zone,
  Std.longYear,
  Std.longYear,
  Std.underYearDay,
  Std.underDay,
  Std.zeroMonth,
  Std.zeroDay,
  Std.zeroHour12,
  Std.zeroMinute,
  Std.zeroSecond,
  Std.year,
  Std.zeroYearDay,
  Std.hour,
  Std.numSeconds,
  Std.numColonSeconds,
  Std.numZone,
  Std.numColon,
  Std.numShort,
  Std.isoSeconds,
  Std.isoColonSeconds,
  Std.isoZone,
  Std.isoColon,
  Std.isoShort,
  Std.PM,
  Std.pm,
  Std.numMonth,
  Std.day,
  Std.hour12,
  Std.minute,
  Std.second,
];

/** Where the element that `nextElement` found begins and ends, and the digits of a fraction. */
export let elementAt: usize = 0;
export let elementEnd: usize = 0;
export let fractionDigits: u32 = 0;

function isAt(text: string, at: usize, end: usize): bool {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (load<u8>(at + i) != text.charCodeAt(i)) return false;
  return true;
}

function isDigit(at: usize, end: usize): bool {
  return at < end && load<u8>(at) - 0x30 <= 9;
}

/** Finds the next element in the layout. Std.none: there is none. */
export function nextElement(at: usize, end: usize): u32 {
  for (let p = at; p < end; p++) {
    const c = load<u8>(p);
    if ((c == 0x2e || c == 0x2c) && p + 1 < end && (load<u8>(p + 1) == 0x30 || load<u8>(p + 1) == 0x39)) {
      const digit = load<u8>(p + 1);
      let q = p + 1;
      while (q < end && load<u8>(q) == digit) q++;
      if (!isDigit(q, end)) {
        elementAt = p;
        elementEnd = q;
        fractionDigits = <u32>(q - p - 1);
        return digit == 0x30 ? Std.fraction0 : Std.fraction9;
      }
    }
    for (let i = 0; i < TEXTS.length; i++) {
      const text = TEXTS[i];
      if (load<u8>(p) != text.charCodeAt(0) || !isAt(text, p, end)) continue;
      // Jan must not go on with a small letter.
      if (KINDS[i] == Std.month || KINDS[i] == Std.weekday) {
        const next = p + text.length < end ? load<u8>(p + text.length) : 0;
        if (next >= 0x61 && next <= 0x7a) continue;
      }
      elementAt = text == '_2006' ? p + 1 : p;
      elementEnd = p + text.length;
      return KINDS[i];
    }
  }
  elementAt = elementEnd = end;
  return Std.none;
}
