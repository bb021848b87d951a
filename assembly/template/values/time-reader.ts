// time.ParseInLocation, in UTC, and time.ParseDuration.
import { daysFrom, daysIn } from './calendar';
import { Std, elementAt, elementEnd, nextElement } from './layout';
import { dayName, monthName, newInstant, setTime } from './times';
import { Value, addressOf, lift, quoted } from './value';

let at: usize = 0;
let end: usize = 0;

function isDigit(): bool {
  return at < end && load<u8>(at) - 0x30 <= 9;
}

/** Reads between `least` and `most` digits; -1: there are fewer. */
function digits(least: i32, most: i32): i32 {
  let n = 0;
  let count = 0;
  while (count < most && isDigit()) {
    n = n * 10 + (load<u8>(at++) - 0x30);
    count++;
  }
  return count < least ? -1 : n;
}

function word(text: string): bool {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if ((load<u8>(at + i) | 0x20) != (text.charCodeAt(i) | 0x20)) return false;
  at += text.length;
  return true;
}

function monthAt(long: bool): i32 {
  for (let i = 1; i <= 12; i++) if (word(long ? monthName(i) : monthName(i).substring(0, 3))) return i;
  return -1;
}

function weekdayAt(long: bool): bool {
  for (let i = 0; i < 7; i++) if (word(long ? dayName(i) : dayName(i).substring(0, 3))) return true;
  return false;
}

let offset: i32 = 0;
let hasOffset: bool = false;

function zoneAt(kind: u32): bool {
  const iso = kind <= Std.isoColonSeconds;
  hasOffset = true;
  offset = 0;
  if (iso && at < end && load<u8>(at) == 0x5a) {
    at++;
    hasOffset = false;
    return true;
  }
  if (at >= end || (load<u8>(at) != 0x2b && load<u8>(at) != 0x2d)) return false;
  const negative = load<u8>(at++) == 0x2d;
  const form = iso ? kind : kind - 5;
  const hours = digits(2, 2);
  if (hours < 0 || hours > 24) return false;
  offset = hours * 3600;
  if (form != Std.isoShort) {
    const colon = form == Std.isoColon || form == Std.isoColonSeconds;
    for (let unit = 60; unit >= (form == Std.isoSeconds || form == Std.isoColonSeconds ? 1 : 60); unit /= 60) {
      if (colon && (at >= end || load<u8>(at++) != 0x3a)) return false;
      const n = digits(2, 2);
      if (n < 0 || n > 60) return false;
      offset += n * unit;
    }
  }
  if (negative) offset = -offset;
  return true;
}

let nanoseconds: u32 = 0;

function fractionAt(): bool {
  if (at >= end || (load<u8>(at) != 0x2e && load<u8>(at) != 0x2c)) return false;
  at++;
  const from = at;
  let n: u32 = 0;
  let power: u32 = 100_000_000;
  for (; isDigit(); at++, power /= 10) n += (load<u8>(at) - 0x30) * power;
  nanoseconds = n;
  return at > from;
}

/** Reads a time. Returns the error. */
export function readTime(layout: Value, text: Value, out: Value): string {
  let l = addressOf(layout);
  const lEnd = l + layout.size;
  at = addressOf(text);
  end = at + text.size;
  let year = 0;
  let month = -1;
  let day = -1;
  let yearDay = -1;
  let hour = 0;
  let minute = 0;
  let second = 0;
  let pm = -1;
  nanoseconds = 0;
  hasOffset = false;
  offset = 0;
  const where = 'parsing time ' + quoted(lift(text)) + ' as ' + quoted(lift(layout)) + ': ';
  while (true) {
    const kind = nextElement(l, lEnd);
    const element = String.UTF8.decodeUnsafe(elementAt, elementEnd - elementAt);
    const before = String.UTF8.decodeUnsafe(l, elementAt - l);
    for (let p = l; p < elementAt; p++, at++) {
      if (at >= end || load<u8>(at) != load<u8>(p))
        return (
          'parsing time ' +
          quoted(lift(text)) +
          ' as ' +
          quoted(lift(layout)) +
          ': cannot parse ' +
          quoted(String.UTF8.decodeUnsafe(at - (p - l), end - at + (p - l))) +
          ' as ' +
          quoted(before)
        );
    }
    l = elementEnd;
    if (kind == Std.none) break;
    const from = at;
    let valid = true;
    let range = '';
    if (kind == Std.longYear) valid = at + 4 <= end && (year = digits(4, 4)) >= 0;
    else if (kind == Std.year) {
      year = digits(2, 2);
      valid = year >= 0;
      year += year >= 69 ? 1900 : 2000;
    } else if (kind == Std.month || kind == Std.longMonth) valid = (month = monthAt(kind == Std.longMonth)) > 0;
    else if (kind == Std.numMonth || kind == Std.zeroMonth) {
      valid = (month = digits(kind == Std.zeroMonth ? 2 : 1, 2)) >= 0;
      if (valid && (month == 0 || month > 12)) range = 'month';
    } else if (kind == Std.weekday || kind == Std.longWeekday) valid = weekdayAt(kind == Std.longWeekday);
    else if (kind == Std.day || kind == Std.underDay || kind == Std.zeroDay) {
      if (kind == Std.underDay && at < end && load<u8>(at) == 0x20) at++;
      valid = (day = digits(kind == Std.zeroDay ? 2 : 1, 2)) >= 0;
    } else if (kind == Std.underYearDay || kind == Std.zeroYearDay) valid = (yearDay = digits(3, 3)) >= 0;
    else if (kind == Std.hour) {
      valid = (hour = digits(1, 2)) >= 0;
      if (hour >= 24) range = 'hour';
    } else if (kind == Std.hour12 || kind == Std.zeroHour12) {
      valid = (hour = digits(kind == Std.zeroHour12 ? 2 : 1, 2)) >= 0;
      if (hour > 12) range = 'hour';
    } else if (kind == Std.minute || kind == Std.zeroMinute) {
      valid = (minute = digits(kind == Std.zeroMinute ? 2 : 1, 2)) >= 0;
      if (minute >= 60) range = 'minute';
    } else if (kind == Std.second || kind == Std.zeroSecond) {
      valid = (second = digits(kind == Std.zeroSecond ? 2 : 1, 2)) >= 0;
      if (second >= 60) range = 'second';
      // A fraction is accepted after the seconds even if the layout has none.
      const next = l < lEnd ? load<u8>(l) : 0;
      if (
        valid &&
        range == '' &&
        next != 0x2e &&
        next != 0x2c &&
        at + 1 < end &&
        (load<u8>(at) == 0x2e || load<u8>(at) == 0x2c) &&
        load<u8>(at + 1) - 0x30 <= 9
      )
        fractionAt();
    } else if (kind == Std.PM || kind == Std.pm) {
      if (word('AM')) pm = 0;
      else if (word('PM')) pm = 1;
      else valid = false;
    } else if (kind == Std.zone) {
      const zoneFrom = at;
      while (at < end && load<u8>(at) >= 0x41 && load<u8>(at) <= 0x5a) at++;
      valid = at - zoneFrom >= 3;
    } else if (kind == Std.fraction0) valid = fractionAt();
    else if (kind == Std.fraction9) {
      if (at < end && (load<u8>(at) == 0x2e || load<u8>(at) == 0x2c)) fractionAt();
    } else valid = zoneAt(kind);
    if (range != '') return 'parsing time ' + quoted(lift(text)) + ': ' + range + ' out of range';
    if (!valid) return where + 'cannot parse ' + quoted(String.UTF8.decodeUnsafe(from, end - from)) + ' as ' + quoted(element);
  }
  if (at < end) return 'parsing time ' + quoted(lift(text)) + ': extra text: ' + quoted(String.UTF8.decodeUnsafe(at, end - at));
  if (pm == 1 && hour < 12) hour += 12;
  else if (pm == 0 && hour == 12) hour = 0;
  if (month < 0) month = 1;
  if (day < 0) day = 1;
  if (day < 1 || day > daysIn(year, month)) return 'parsing time ' + quoted(lift(text)) + ': day out of range';
  const t = newInstant();
  let days = daysFrom(year, month, day);
  if (yearDay > 0) days = daysFrom(year, 1, 1) + yearDay - 1;
  t.seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  t.nanoseconds = nanoseconds;
  if (hasOffset && offset != 0) {
    t.offset = offset;
    t.isFixed = 1;
  }
  setTime(out, t);
  return '';
}

export let parsedDuration: i64 = 0;

/** time.ParseDuration. Returns the error. */
export function readDuration(text: Value): string {
  at = addressOf(text);
  end = at + text.size;
  const invalid = 'time: invalid duration ' + quoted(lift(text));
  let negative = false;
  if (at < end && (load<u8>(at) == 0x2d || load<u8>(at) == 0x2b)) negative = load<u8>(at++) == 0x2d;
  parsedDuration = 0;
  if (end - at == 1 && load<u8>(at) == 0x30) return '';
  if (at == end) return invalid;
  let total: f64 = 0;
  let exact: i64 = 0;
  while (at < end) {
    if (!isDigit() && load<u8>(at) != 0x2e) return invalid;
    let whole: i64 = 0;
    let count = 0;
    for (; isDigit(); at++, count++) {
      if (whole > i64.MAX_VALUE / 10) return invalid;
      whole = whole * 10 + (load<u8>(at) - 0x30);
    }
    let part: f64 = 0;
    if (at < end && load<u8>(at) == 0x2e) {
      at++;
      let scale: f64 = 1;
      let n: f64 = 0;
      for (; isDigit(); at++, count++) {
        if (scale < 1e17) {
          n = n * 10 + <f64>(load<u8>(at) - 0x30);
          scale *= 10;
        }
      }
      part = n / scale;
    }
    if (count == 0) return invalid;
    const from = at;
    while (at < end && load<u8>(at) != 0x2e && !isDigit()) at++;
    const unit = String.UTF8.decodeUnsafe(from, at - from);
    if (unit == '') return 'time: missing unit in duration ' + quoted(lift(text));
    let size: i64 = 0;
    if (unit == 'ns') size = 1;
    else if (unit == 'us' || unit == 'µs' || unit == 'μs') size = 1_000;
    else if (unit == 'ms') size = 1_000_000;
    else if (unit == 's') size = 1_000_000_000;
    else if (unit == 'm') size = 60_000_000_000;
    else if (unit == 'h') size = 3600_000_000_000;
    else return 'time: unknown unit ' + quoted(unit) + ' in duration ' + quoted(lift(text));
    total += (<f64>whole + part) * <f64>size;
    if (total > 9.223372036854775e18) return invalid;
    exact += whole * size + <i64>(part * <f64>size);
  }
  parsedDuration = negative ? -exact : exact;
  return '';
}
