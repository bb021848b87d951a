// Lists: []interface {}, []string, []int and [][]interface {} have values as elements, texts of bytes have bytes.
import { Type, Value, Wrap, addressOf, copyValue, element, isBytes, newElements, set, setInt } from './value';

/** Element `i` with its static type. */
export function elementOf(list: Value, i: u32, out: Value): void {
  if (isBytes(list.type) || list.type == Type.string) return setInt(out, load<u8>(addressOf(list) + i), Type.uint8);
  copyValue(out, element(addressOf(list), i));
  if (list.type == Type.list) out.wrap = Wrap.any;
}

/** Element `i` with its dynamic type. */
export function itemOf(list: Value, i: u32, out: Value): void {
  elementOf(list, i, out);
  out.wrap = Wrap.nothing;
}


@inline
export function setList(v: Value, at: usize, count: u32, type: u8 = Type.list): void {
  set(v, type, count, <u64>at);
}

/** The elements of any slice as those of a new []interface {}. 0: there is no memory. */
export function itemsOf(list: Value, more: u32 = 0): usize {
  const at = newElements(list.size + more);
  if (at == 0) return 0;
  for (let i: u32 = 0; i < list.size; i++) itemOf(list, i, element(at, i));
  return at;
}
