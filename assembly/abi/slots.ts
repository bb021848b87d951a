// Strings, byte lists and lists in memory: 8 bytes, an address and a length. Strings are UTF-16, as tools/component.mjs embeds the component, and
// their length counts code units.
import { arenaAlloc, arenaZeroed } from './arena';


@unmanaged export class StringSlot {
  ptr: u32;
  length: u32;


  @inline get SIZE(): usize {
    return 8;
  }


  @inline get ALIGN(): usize {
    return 4;
  }

  /** A managed copy. */
  lift(): string {
    const n = (<usize>this.length) << 1;
    const s = changetype<string>(__new(n, idof<string>()));
    memory.copy(changetype<usize>(s), this.ptr, n);
    return s;
  }
  equals(s: string): bool {
    return <i32>this.length == s.length && memory.compare(this.ptr, changetype<usize>(s), (<usize>this.length) << 1) == 0;
  }
  /** Copies `s` into the arena. */
  lower(s: string): void {
    const n = (<usize>s.length) << 1;
    const p = arenaAlloc(n, 2);
    memory.copy(p, changetype<usize>(s), n);
    this.ptr = <u32>p;
    this.length = <u32>s.length;
  }
}


@unmanaged export class BytesSlot {
  ptr: u32;
  length: u32;


  @inline get SIZE(): usize {
    return 8;
  }


  @inline get ALIGN(): usize {
    return 4;
  }

  /** Points to the bytes without copying them: they must stay where they are until the call ends. */
  @inline set(ptr: usize, length: usize): void {
    this.ptr = <u32>ptr;
    this.length = <u32>length;
  }
  liftUtf8(): string {
    return String.UTF8.decodeUnsafe(this.ptr, this.length);
  }
  /** Copies the UTF-8 form of `s` into the arena. */
  lowerUtf8(s: string): void {
    const n = <usize>String.UTF8.byteLength(s);
    const p = arenaAlloc(n, 1);
    String.UTF8.encodeUnsafe(changetype<usize>(s), s.length, p);
    this.set(p, n);
  }
}

/** A list of `T`, which must be a view with SIZE and ALIGN. */
@unmanaged export class ListSlot<T> {
  ptr: u32;
  length: u32;


  @inline get SIZE(): usize {
    return 8;
  }


  @inline get ALIGN(): usize {
    return 4;
  }


  @inline at(i: u32): T {
    return changetype<T>(<usize>this.ptr + <usize>i * changetype<T>(0).SIZE);
  }
  /** Copies the slot itself, because the next import reuses the area that holds the result of this one. */
  copy(): ListSlot<T> {
    const slot = changetype<ListSlot<T>>(arenaAlloc(8, 4));
    slot.ptr = this.ptr;
    slot.length = this.length;
    return slot;
  }
  /** Makes room for n zeroed items. */
  allocate(n: u32): void {
    const item = changetype<T>(0);
    this.ptr = n == 0 ? 0 : <u32>arenaZeroed(<usize>n * item.SIZE, item.ALIGN);
    this.length = n;
  }
}

/** A list argument of an export, which is passed as two numbers. */
export function listOf<T>(ptr: usize, length: u32): ListSlot<T> {
  const slot = changetype<ListSlot<T>>(arenaAlloc(8, 4));
  slot.ptr = <u32>ptr;
  slot.length = length;
  return slot;
}
export function newList<T>(n: u32): ListSlot<T> {
  const slot = changetype<ListSlot<T>>(arenaAlloc(8, 4));
  slot.allocate(n);
  return slot;
}

export function lowerStrings(all: string[], out: ListSlot<StringSlot>): void {
  out.allocate(all.length);
  for (let i = 0; i < all.length; i++) out.at(i).lower(all[i]);
}
export function liftStrings(list: ListSlot<StringSlot>): string[] {
  const all = new Array<string>();
  for (let i: u32 = 0; i < list.length; i++) all.push(list.at(i).lift());
  return all;
}
