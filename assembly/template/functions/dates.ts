// sprig's dates. The local zone is UTC, and so is a zone that is not known here.
import { fail } from '../values/limits';
import { parseInt64, parsedInt } from '../values/numbers';
import { close, open, putSigned, putText, putUnsigned } from '../values/text';
import { parsedDuration, readDuration, readTime } from '../values/time-reader';
import { Instant, instantOf, newInstant, putDuration, putFormatted, setLater, setNow, setTime, setUnix } from '../values/times';
import { Type, Value, addressOf, copyValue, newValue, setLiteral } from '../values/value';
import { argumentAt, endOf, intOf, resultAt } from './call';
import { register } from './table';

export function registerDates(): void {
  register('now', '', now);
  register('date', 'sa', date);
  register('dateInZone', 'sas', date);
  register('date_in_zone', 'sas', date);
  register('htmlDate', 'a', htmlDate);
  register('htmlDateInZone', 'as', htmlDate);
  register('dateModify', 'st', dateModify);
  register('date_modify', 'st', dateModify);
  register('mustDateModify', 'st', mustDateModify);
  register('must_date_modify', 'st', mustDateModify);
  register('ago', 'a', ago);
  register('duration', 'a', duration);
  register('durationRound', 'a', durationRound);
  register('toDate', 'ss', toDate);
  register('mustToDate', 'ss', mustToDate);
  register('unixEpoch', 't', unixEpoch);
}

function now(argv: usize, count: u32, out: usize): void {
  setNow(resultAt(out));
}

/** The time that a value stands for: a time, or seconds; else now. */
function timeOf(v: Value): Instant {
  const t = newValue();
  if (v.type == Type.time) copyValue(t, v);
  else if (v.type == Type.int || v.type == Type.int64) setUnix(t, intOf(v));
  else setNow(t);
  return instantOf(t);
}

/** In UTC. */
function formatted(layoutAt: usize, layoutEnd: usize, v: Value, out: usize): void {
  const from = timeOf(v);
  const t = newInstant();
  t.seconds = from.seconds;
  t.nanoseconds = from.nanoseconds;
  open();
  putFormatted(t, layoutAt, layoutEnd);
  close(resultAt(out));
}

function date(argv: usize, count: u32, out: usize): void {
  const layout = argumentAt(argv, 0);
  formatted(addressOf(layout), endOf(layout), argumentAt(argv, 1), out);
}

function htmlDate(argv: usize, count: u32, out: usize): void {
  const layout = newValue();
  setLiteral(layout, '2006-01-02');
  formatted(addressOf(layout), endOf(layout), argumentAt(argv, 0), out);
}

function dateModify(argv: usize, count: u32, out: usize): void {
  if (readDuration(argumentAt(argv, 0)) != '') copyValue(resultAt(out), argumentAt(argv, 1));
  else setLater(resultAt(out), instantOf(argumentAt(argv, 1)), parsedDuration);
}

function mustDateModify(argv: usize, count: u32, out: usize): void {
  const error = readDuration(argumentAt(argv, 0));
  if (error != '') return fail(error);
  setLater(resultAt(out), instantOf(argumentAt(argv, 1)), parsedDuration);
}

function sinceNow(t: Instant): i64 {
  const v = newValue();
  setNow(v);
  const n = instantOf(v);
  return (n.seconds - t.seconds) * 1_000_000_000 + (<i64>n.nanoseconds - <i64>t.nanoseconds);
}

function ago(argv: usize, count: u32, out: usize): void {
  const n = sinceNow(timeOf(argumentAt(argv, 0)));
  const half: i64 = n < 0 ? -500_000_000 : 500_000_000;
  open();
  putDuration(((n + half) / 1_000_000_000) * 1_000_000_000);
  close(resultAt(out));
}

function duration(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let n: i64 = 0;
  if (v.type == Type.int64) n = intOf(v);
  else if (v.type == Type.string && parseInt64(addressOf(v), v.size)) n = parsedInt;
  open();
  putDuration(n * 1_000_000_000);
  close(resultAt(out));
}

const UNITS: u64[] = [31_536_000, 2_592_000, 86_400, 3_600, 60, 1];
const NAMES: string[] = ['y', 'mo', 'd', 'h', 'm', 's'];

function durationRound(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let n: i64 = 0;
  if (v.type == Type.string) n = readDuration(v) == '' ? parsedDuration : 0;
  else if (v.type == Type.int64) n = intOf(v);
  else if (v.type == Type.time) n = sinceNow(instantOf(v));
  const u = n < 0 ? 0 - <u64>n : <u64>n;
  for (let i = 0; i < UNITS.length; i++) {
    const size = UNITS[i] * 1_000_000_000;
    if (u <= size) continue;
    open();
    putUnsigned(u / size);
    putText(NAMES[i]);
    return close(resultAt(out));
  }
  setLiteral(resultAt(out), '0s');
}

function toDate(argv: usize, count: u32, out: usize): void {
  if (readTime(argumentAt(argv, 0), argumentAt(argv, 1), resultAt(out)) == '') return;
  const zero = newInstant();
  zero.seconds = -62135596800;
  setTime(resultAt(out), zero);
}

function mustToDate(argv: usize, count: u32, out: usize): void {
  const error = readTime(argumentAt(argv, 0), argumentAt(argv, 1), resultAt(out));
  if (error != '') fail(error);
}

function unixEpoch(argv: usize, count: u32, out: usize): void {
  open();
  putSigned(instantOf(argumentAt(argv, 0)).seconds);
  close(resultAt(out));
}
