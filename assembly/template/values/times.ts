// Go's time.Time, time.Duration, time.Month and time.Weekday. There is no zone but UTC here, and those that a text gives as an offset.
import { nowMs } from '../../abi/clock';
import { civil, day, daysFrom, month, year } from './calendar';
import { Std, elementAt, elementEnd, fractionDigits, nextElement } from './layout';
import { alloc } from './limits';
import { DURATION, TEXT, TIME } from './parameters';
import { close, open, put, putByte, putSigned, putText, putUnsigned, textAt, textSize, truncate } from './text';
import { Type, Value, addressOf, set, setBool, setInt } from './value';

/** A time: seconds since 1970, and the offset of its zone. */
@unmanaged
export class Instant {
  seconds: i64;
  nanoseconds: u32;
  offset: i32;
  /** True if the zone has no name, so that its offset is printed. */
  isFixed: u32;
  spare: u32;
}

export function newInstant(): Instant {
  const t = changetype<Instant>(alloc(24));
  memory.fill(changetype<usize>(t), 0, 24);
  return t;
}

export function setTime(v: Value, t: Instant): void {
  set(v, Type.time, 0, <u64>changetype<usize>(t));
}


@inline
export function instantOf(v: Value): Instant {
  return changetype<Instant>(addressOf(v));
}

function floorDiv(a: i64, b: i64): i64 {
  const q = a / b;
  return a % b < 0 ? q - 1 : q;
}

export function setUnixNano(v: Value, n: i64): void {
  const t = newInstant();
  t.seconds = floorDiv(n, 1_000_000_000);
  t.nanoseconds = <u32>(n - t.seconds * 1_000_000_000);
  setTime(v, t);
}

export function setUnix(v: Value, seconds: i64): void {
  const t = newInstant();
  t.seconds = seconds;
  setTime(v, t);
}

export function setNow(v: Value): void {
  setUnixNano(v, nowMs() * 1_000_000);
}

const MONTHS: string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS: string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function monthName(i: i32): string {
  return MONTHS[i - 1];
}

export function dayName(i: i32): string {
  return DAYS[i];
}

function padded(n: i64, size: i32, by: u8 = 0x30): void {
  let digits = 1;
  for (let m = n; m >= 10; m /= 10) digits++;
  for (; digits < size; digits++) putByte(by);
  putSigned(n);
}

function putOffset(kind: u32, offset: i32): void {
  const iso = kind <= Std.isoColonSeconds;
  if (iso && offset == 0) return putByte(0x5a);
  putByte(offset < 0 ? 0x2d : 0x2b);
  if (offset < 0) offset = -offset;
  const form = iso ? kind : kind - 5;
  padded(offset / 3600, 2);
  if (form == Std.isoShort) return;
  const colon = form == Std.isoColon || form == Std.isoColonSeconds;
  if (colon) putByte(0x3a);
  padded((offset / 60) % 60, 2);
  if (form != Std.isoSeconds && form != Std.isoColonSeconds) return;
  if (colon) putByte(0x3a);
  padded(offset % 60, 2);
}

/** Time.Format into the open text. */
export function putFormatted(t: Instant, at: usize, end: usize): void {
  const local = t.seconds + t.offset;
  const days = floorDiv(local, 86400);
  const inDay = <i32>(local - days * 86400);
  civil(days);
  const hour = inDay / 3600;
  const weekday = <i32>(((days + 4) % 7) + 7) % 7;
  const y = year;
  const m = month;
  const d = day;
  while (at < end) {
    const kind = nextElement(at, end);
    put(at, elementAt - at);
    at = elementEnd;
    const digits = fractionDigits;
    const separator = elementAt < end ? load<u8>(elementAt) : 0;
    if (kind == Std.none) return;
    if (kind == Std.year) padded(((y % 100) + 100) % 100, 2);
    else if (kind == Std.longYear) padded(y, 4);
    else if (kind == Std.month) putText(monthName(m).substring(0, 3));
    else if (kind == Std.longMonth) putText(monthName(m));
    else if (kind == Std.numMonth) putSigned(m);
    else if (kind == Std.zeroMonth) padded(m, 2);
    else if (kind == Std.weekday) putText(dayName(weekday).substring(0, 3));
    else if (kind == Std.longWeekday) putText(dayName(weekday));
    else if (kind == Std.day) putSigned(d);
    else if (kind == Std.underDay) padded(d, 2, 0x20);
    else if (kind == Std.zeroDay) padded(d, 2);
    else if (kind == Std.underYearDay) padded(days - daysFrom(y, 1, 1) + 1, 3, 0x20);
    else if (kind == Std.zeroYearDay) padded(days - daysFrom(y, 1, 1) + 1, 3);
    else if (kind == Std.hour) padded(hour, 2);
    else if (kind == Std.hour12) putSigned(hour % 12 == 0 ? 12 : hour % 12);
    else if (kind == Std.zeroHour12) padded(hour % 12 == 0 ? 12 : hour % 12, 2);
    else if (kind == Std.minute) putSigned((inDay / 60) % 60);
    else if (kind == Std.zeroMinute) padded((inDay / 60) % 60, 2);
    else if (kind == Std.second) putSigned(inDay % 60);
    else if (kind == Std.zeroSecond) padded(inDay % 60, 2);
    else if (kind == Std.PM) putText(hour >= 12 ? 'PM' : 'AM');
    else if (kind == Std.pm) putText(hour >= 12 ? 'pm' : 'am');
    else if (kind == Std.zone) {
      if (t.isFixed == 0) putText('UTC');
      else putOffset(Std.numZone, t.offset);
    } else if (kind == Std.fraction0 || kind == Std.fraction9) putFraction(t.nanoseconds, digits, separator, kind == Std.fraction9);
    else putOffset(kind, t.offset);
  }
}

function putFraction(nanoseconds: u32, digits: u32, separator: u32, trims: bool): void {
  if (trims && nanoseconds == 0) return;
  const before = textSize();
  putByte(separator);
  let power: u32 = 100_000_000;
  for (let i: u32 = 0; i < digits; i++, power /= 10) putByte(0x30 + (power == 0 ? 0 : (nanoseconds / power) % 10));
  if (!trims) return;
  let size = textSize();
  while (size > before && load<u8>(textAt() + size - 1) == 0x30) size--;
  if (size == before + 1) size = before;
  truncate(size);
}

function putLayout(t: Instant, layout: string): void {
  const bytes = String.UTF8.encode(layout);
  const at = changetype<usize>(bytes);
  putFormatted(t, at, at + bytes.byteLength);
}

export function putRfc3339(v: Value): void {
  putByte(0x22);
  putLayout(instantOf(v), '2006-01-02T15:04:05.999999999Z07:00');
  putByte(0x22);
}

/** The String method of a time, duration, month or weekday. */
export function putTime(v: Value): void {
  if (v.type == Type.time) putLayout(instantOf(v), '2006-01-02 15:04:05.999999999 -0700 MST');
  else if (v.type == Type.month) {
    if (<i64>v.bits >= 1 && <i64>v.bits <= 12) putText(monthName(<i32>v.bits));
    else putText('%!Month(' + v.bits.toString() + ')');
  } else if (v.type == Type.weekday) {
    if (v.bits <= 6) putText(dayName(<i32>v.bits));
    else putText('%!Weekday(' + v.bits.toString() + ')');
  } else putDuration(<i64>v.bits);
}

function putDecimals(whole: u64, rest: u64, places: i32): void {
  putUnsigned(whole);
  if (rest == 0) return;
  putByte(0x2e);
  let power: u64 = 1;
  for (let i = 1; i < places; i++) power *= 10;
  for (; rest != 0; power /= 10) {
    putByte(0x30 + <u32>(rest / power));
    rest %= power;
  }
}

/** Duration.String */
export function putDuration(n: i64): void {
  const u = n < 0 ? 0 - <u64>n : <u64>n;
  if (n < 0) putByte(0x2d);
  if (u == 0) return putText('0s');
  if (u < 1_000) {
    putUnsigned(u);
    return putText('ns');
  }
  if (u < 1_000_000) {
    putDecimals(u / 1_000, u % 1_000, 3);
    return putText('µs');
  }
  if (u < 1_000_000_000) {
    putDecimals(u / 1_000_000, u % 1_000_000, 6);
    return putText('ms');
  }
  const seconds = u / 1_000_000_000;
  if (seconds >= 3600) {
    putUnsigned(seconds / 3600);
    putByte(0x68);
  }
  if (seconds >= 60) {
    putUnsigned((seconds / 60) % 60);
    putByte(0x6d);
  }
  putDecimals(seconds % 60, u % 1_000_000_000, 9);
  putByte(0x73);
}

const METHODS: string[] = [
  'Unix',
  'UnixMilli',
  'UnixMicro',
  'UnixNano',
  'Year',
  'Month',
  'Day',
  'Hour',
  'Minute',
  'Second',
  'Nanosecond',
  'Weekday',
  'YearDay',
  'UTC',
  'Local',
  'IsZero',
  'String',
];
const DURATION_METHODS: string[] = ['String', 'Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Microseconds', 'Nanoseconds'];

export function argumentsOf(t: u8, name: string): i32 {
  if (t == Type.duration) return DURATION_METHODS.includes(name) ? 0 : -1;
  if (t != Type.time) return name == 'String' ? 0 : -1;
  if (name == 'Format') return TEXT;
  if (name == 'Before' || name == 'After' || name == 'Equal' || name == 'Sub') return TIME;
  if (name == 'Add' || name == 'Truncate') return DURATION;
  return METHODS.includes(name) ? 0 : -1;
}

function difference(a: Instant, b: Instant): i64 {
  return (a.seconds - b.seconds) * 1_000_000_000 + (<i64>a.nanoseconds - <i64>b.nanoseconds);
}

/** A time that is `n` nanoseconds later, in the same zone. */
export function setLater(out: Value, from: Instant, n: i64): void {
  const t = newInstant();
  const total = <i64>from.nanoseconds + (n % 1_000_000_000);
  t.seconds = from.seconds + n / 1_000_000_000 + floorDiv(total, 1_000_000_000);
  t.nanoseconds = <u32>(total - floorDiv(total, 1_000_000_000) * 1_000_000_000);
  t.offset = from.offset;
  t.isFixed = from.isFixed;
  setTime(out, t);
}

export function callMethod(v: Value, name: string, argument: Value, out: Value): string {
  if (name == 'String') {
    open();
    putTime(v);
    close(out);
    return '';
  }
  if (v.type == Type.duration) {
    const n = <i64>v.bits;
    if (name == 'Nanoseconds') setInt(out, n, Type.int64);
    else if (name == 'Microseconds') setInt(out, n / 1_000, Type.int64);
    else if (name == 'Milliseconds') setInt(out, n / 1_000_000, Type.int64);
    else {
      const unit: i64 = name == 'Hours' ? 3600_000_000_000 : name == 'Minutes' ? 60_000_000_000 : 1_000_000_000;
      set(out, Type.float, 0, reinterpret<u64>(<f64>(n / unit) + <f64>(n % unit) / <f64>unit));
    }
    return '';
  }
  timeMethod(instantOf(v), name, argument, out);
  return '';
}

function timeMethod(t: Instant, name: string, argument: Value, out: Value): void {
  const local = t.seconds + t.offset;
  const days = floorDiv(local, 86400);
  const inDay = local - days * 86400;
  civil(days);
  if (name == 'Format') {
    open();
    putFormatted(t, addressOf(argument), addressOf(argument) + argument.size);
    close(out);
  } else if (name == 'Before') setBool(out, difference(t, instantOf(argument)) < 0);
  else if (name == 'After') setBool(out, difference(t, instantOf(argument)) > 0);
  else if (name == 'Equal') setBool(out, difference(t, instantOf(argument)) == 0);
  else if (name == 'Sub') setInt(out, difference(t, instantOf(argument)), Type.duration);
  else if (name == 'Add') setLater(out, t, <i64>argument.bits);
  else if (name == 'Truncate') setLater(out, t, <i64>argument.bits <= 0 ? 0 : -truncation(t, <i64>argument.bits));
  else if (name == 'UTC' || name == 'Local') {
    setLater(out, t, 0);
    instantOf(out).offset = 0;
    instantOf(out).isFixed = 0;
  } else if (name == 'IsZero') setBool(out, t.seconds == -62135596800 && t.nanoseconds == 0);
  else if (name == 'Unix') setInt(out, t.seconds, Type.int64);
  else if (name == 'UnixMilli') setInt(out, t.seconds * 1_000 + t.nanoseconds / 1_000_000, Type.int64);
  else if (name == 'UnixMicro') setInt(out, t.seconds * 1_000_000 + t.nanoseconds / 1_000, Type.int64);
  else if (name == 'UnixNano') setInt(out, t.seconds * 1_000_000_000 + t.nanoseconds, Type.int64);
  else if (name == 'Month') setInt(out, month, Type.month);
  else if (name == 'Weekday') setInt(out, (((days + 4) % 7) + 7) % 7, Type.weekday);
  else if (name == 'Year') setInt(out, year);
  else if (name == 'Day') setInt(out, day);
  else if (name == 'Hour') setInt(out, inDay / 3600);
  else if (name == 'Minute') setInt(out, (inDay / 60) % 60);
  else if (name == 'Second') setInt(out, inDay % 60);
  else if (name == 'Nanosecond') setInt(out, t.nanoseconds);
  else setInt(out, days - daysFrom(year, 1, 1) + 1);
}

/** Nanoseconds since the last multiple of `unit` since the year 1. */
function truncation(t: Instant, unit: i64): i64 {
  const since = t.seconds + 62135596800;
  if (unit % 1_000_000_000 == 0) return (since % (unit / 1_000_000_000)) * 1_000_000_000 + t.nanoseconds;
  return ((((since % unit) * (1_000_000_000 % unit)) % unit) + <i64>t.nanoseconds) % unit;
}
