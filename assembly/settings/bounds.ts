// Settings with a least and a greatest value.
import { goQuote, parseDuration } from './go-values';
import { Values } from './values';

/** The milliseconds of a duration between two Go durations, such as '1s' and '30m'; 0 if it is refused. */
export function boundedMilliseconds(values: Values, name: string, least: string, most: string): u32 {
  if (!values.isValid(name)) return 0;
  const ns = values.nanoseconds(name);
  if (ns >= parseDuration(least).value && ns <= parseDuration(most).value) return <u32>values.milliseconds(name);
  refuse(values, name, least, most);
  return 0;
}

/** An integer between two numbers; 0 if it is refused. */
export function boundedInteger(values: Values, name: string, least: i64, most: i64): i32 {
  if (!values.isValid(name)) return 0;
  const n = values.integer(name);
  if (n >= least && n <= most) return <i32>n;
  refuse(values, name, least.toString(), most.toString());
  return 0;
}

function refuse(values: Values, name: string, least: string, most: string): void {
  values.refuse(name, 'invalid ' + name + ': ' + goQuote(values.text(name)) + ' is not between ' + least + ' and ' + most);
}
