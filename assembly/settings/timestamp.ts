// A point in time in a setting: RFC 3339, as Go's time.RFC3339Nano reads it, or milliseconds since 1970.
import { Parsed, parseInteger } from './go-values';

/** Milliseconds since 1970. */
export function parseTimestamp(s: string): Parsed<i64> {
  if (!s.includes('-') || s.startsWith('-')) return parseInteger(s);
  const none = new Parsed<i64>(false, 0);
  // 2006-01-02T15:04:05
  if (s.length < 20 || s.charAt(4) != '-' || s.charAt(7) != '-' || s.charAt(13) != ':' || s.charAt(16) != ':') return none;
  if (s.charAt(10) != 'T' && s.charAt(10) != 't') return none;
  const year = digits(s, 0, 4),
    month = digits(s, 5, 7),
    day = digits(s, 8, 10),
    hour = digits(s, 11, 13),
    minute = digits(s, 14, 16),
    second = digits(s, 17, 19);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return none;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return none;
  let at = 19;
  let ms = 0;
  if (s.charAt(at) == '.') {
    const from = ++at;
    while (at < s.length && digits(s, at, at + 1) >= 0) {
      if (at - from < 3) ms = ms * 10 + digits(s, at, at + 1);
      at++;
    }
    if (at == from) return none;
    for (let i = at - from; i < 3; i++) ms *= 10;
  }
  const offset = offsetMinutes(s.substring(at));
  if (!offset.ok) return none;
  const minutes = <i64>daysSince1970(year, month, day) * 1440 + hour * 60 + minute - offset.value;
  return new Parsed<i64>(true, (minutes * 60 + second) * 1000 + ms);
}

/** The number in decimal digits; -1 if there is another character. */
function digits(s: string, from: i32, to: i32): i32 {
  let n = 0;
  for (let i = from; i < to; i++) {
    const c = s.charCodeAt(i) - 0x30;
    if (c < 0 || c > 9) return -1;
    n = n * 10 + c;
  }
  return n;
}

/** `Z`, `+01:00`, `-07:30`. */
function offsetMinutes(s: string): Parsed<i32> {
  if (s == 'Z' || s == 'z') return new Parsed<i32>(true, 0);
  const sign = s.charAt(0);
  const hours = digits(s, 1, 3),
    minutes = digits(s, 4, 6);
  if (s.length != 6 || (sign != '+' && sign != '-') || s.charAt(3) != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return new Parsed<i32>(false, 0);
  return new Parsed<i32>(true, (hours * 60 + minutes) * (sign == '-' ? -1 : 1));
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** In the Gregorian calendar. The year begins in March here, so that the leap day is its last one. */
function daysSince1970(year: i32, month: i32, day: i32): i32 {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}
