// Written by tools/wit/generate.mjs from wit/; do not edit.
// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length. A class is a value of
// the guest: `lower` writes it into a view, `lift` reads it from one.

/** Bytes of the largest result of a function of wasi:clocks. */
export const RESULT_SIZE = 16;

/** wasi:clocks/wall-clock@0.2.6.datetime: 16 bytes, align 8 */
@unmanaged export class DatetimeView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 8; }
  @inline get seconds(): u64 { return load<u64>(changetype<usize>(this)); }
  @inline set seconds(value: u64) { store<u64>(changetype<usize>(this), value); }
  @inline get nanoseconds(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set nanoseconds(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}
