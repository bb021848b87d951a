import { Date as WasiDate } from 'as-wasi/assembly';

/** Milliseconds since 1970 by the host's wall clock, which can be set back. */
export function nowMs(): i64 {
  return <i64>WasiDate.now();
}
