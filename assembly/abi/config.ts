// Lifts the configuration that the host passes.
import { StringStringView } from './connector';
import { listOf } from './slots';

/** `list<tuple<string, string>>`; the last of equal keys counts. */
export function liftConfig(ptr: usize, count: u32): Map<string, string> {
  const list = listOf<StringStringView>(ptr, count);
  const m = new Map<string, string>();
  for (let i: u32 = 0; i < count; i++) {
    const pair = list.at(i);
    m.set(pair.a.lift(), pair.b.lift());
  }
  return m;
}
