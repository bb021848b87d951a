// conduit:connector/log
import { Level, StringStringView } from './connector';
import { newList } from './slots';

export { Level };


@external("conduit:connector/log@0.1.0", "log")
declare function __log(level: i32, message: usize, length: u32, fields: usize, fieldCount: u32): void;

/** `fields` is key, value, key, value... */
export function log(level: u8, message: string, fields: string[] = []): void {
  const n = (<u32>fields.length) >> 1;
  const pairs = newList<StringStringView>(n);
  for (let i: u32 = 0; i < n; i++) {
    const pair = pairs.at(i);
    pair.a.lower(fields[i << 1]);
    pair.b.lower(fields[(i << 1) + 1]);
  }
  __log(level, changetype<usize>(message), message.length, pairs.ptr, n);
}

/**
 * `--use abort=assembly/abi/log/abortLog`. It must not allocate, nor call a method of a managed value (not even m.length): that would use the shadow
 * stack, and an overflow of the shadow stack calls abort, endlessly. The u32 words before an object are rtId and rtSize (bytes). rtId is checked
 * because asc places its own "stack overflow" text inside the heap area, where it is overwritten.
 * The parameters have defaults because as-wasi calls abort() without arguments.
 */
export function abortLog(message: string | null = null, file: string | null = null, line: u32 = 0, column: u32 = 0): void {
  const p = changetype<usize>(message);
  if (p != 0 && load<u32>(p - 8) == idof<string>()) __log(Level.error, p, load<u32>(p - 4) >> 1, 0, 0);
  else __log(Level.error, changetype<usize>('abort'), 5, 0, 0);
  unreachable();
}
