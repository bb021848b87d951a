// reflect.DeepEqual
import { tableOf } from './data';
import { enter, leave, step } from './limits';
import { itemOf } from './lists';
import { compareBytes, pairAt, pairValue } from './tables';
import { Type, Value, addressOf, floatOf, isBytes, isList, isMap, newValue } from './value';

export function deepEqual(a: Value, b: Value): bool {
  if (!step() || !enter()) return false;
  const same = equal(a, b);
  leave();
  return same;
}

function equal(a: Value, b: Value): bool {
  const t = a.type;
  if (t != b.type) return t <= Type.missing && b.type <= Type.missing;
  if (t == Type.float) return floatOf(a) == floatOf(b);
  if (t == Type.string || isBytes(t)) {
    if (isBytes(t) && (a.bits == 0) != (b.bits == 0)) return false;
    return a.size == b.size && memory.compare(addressOf(a), addressOf(b), a.size) == 0;
  }
  if (isList(t)) {
    if (a.size != b.size || (a.bits == 0) != (b.bits == 0)) return false;
    const x = newValue();
    const y = newValue();
    for (let i: u32 = 0; i < a.size; i++) {
      itemOf(a, i, x);
      itemOf(b, i, y);
      if (!deepEqual(x, y)) return false;
    }
    return true;
  }
  if (!isMap(t)) return a.bits == b.bits;
  const x = tableOf(a);
  const y = tableOf(b);
  if (x.count != y.count || (a.bits == 0) != (b.bits == 0)) return false;
  for (let i: u32 = 0; i < x.count; i++) {
    const p = pairAt(x, i);
    const q = pairAt(y, i);
    if (compareBytes(p.keyAt, p.keySize, q.keyAt, q.keySize) != 0 || !deepEqual(pairValue(x, i), pairValue(y, i))) return false;
  }
  return true;
}
