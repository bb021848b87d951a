// Days since 1970-01-01 and dates of the Gregorian calendar.

export let year: i64 = 0;
export let month: i32 = 0;
export let day: i32 = 0;

/** Sets `year`, `month` and `day`. */
export function civil(days: i64): void {
  const z = days + 719468;
  const era = (z >= 0 ? z : z - 146096) / 146097;
  const doe = z - era * 146097;
  const yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const mp = (5 * doy + 2) / 153;
  day = <i32>(doy - (153 * mp + 2) / 5 + 1);
  month = <i32>(mp < 10 ? mp + 3 : mp - 9);
  year = yoe + era * 400 + (month <= 2 ? 1 : 0);
}

/** The day of a date. */
export function daysFrom(y: i64, m: i32, d: i32): i64 {
  if (m <= 2) y--;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yoe = y - era * 400;
  const doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

export function daysIn(y: i64, m: i32): i32 {
  return <i32>(m == 12 ? 31 : daysFrom(y, m + 1, 1) - daysFrom(y, m, 1));
}
