import { tableOf } from './data';
import { Type, Value, floatOf, isMap } from './value';

/** Go's truth: what is not zero, empty or nil. */
export function isTrue(v: Value): bool {
  const t = v.type;
  if (t <= Type.missing) return false;
  if (t == Type.float) return floatOf(v) != 0;
  if (t <= Type.uint64) return v.bits != 0;
  if (isMap(t)) return tableOf(v).count != 0;
  return t >= Type.record || v.size != 0;
}
