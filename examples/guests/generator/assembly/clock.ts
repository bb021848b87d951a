import { DatetimeView, RESULT_SIZE } from '../../../../assembly/abi/clocks';


@external("wasi:clocks/wall-clock@0.2.6", "now")
declare function __now(result: usize): void;

const NOW = memory.data(RESULT_SIZE, 8);

/** Nanoseconds since 1970. */
export function now(): u64 {
  __now(NOW);
  const time = changetype<DatetimeView>(NOW);
  return time.seconds * 1000000000 + time.nanoseconds;
}
