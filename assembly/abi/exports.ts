// The results of exports.
import { ConnectorError, InvalidParam, RESULT_SIZE, SourceConfigureResult, SourceStopResult } from './connector';

/** Return area of the exports. Its content is read before the next call. */
export const RETURN_AREA: usize = memory.data(RESULT_SIZE, 8);

/** Writes `result<_, error>` into the return area; null is ok. It fits every export whose error is `error`, because the error has the same offset in each. */
export function returnResult(error: ConnectorError | null): usize {
  const r = changetype<SourceStopResult>(RETURN_AREA);
  r.isError = error !== null;
  if (error !== null) error.lower(r.error);
  return RETURN_AREA;
}

/** `result<_, list<invalid-param>>` in the return area; an empty list is ok. */
export function returnInvalidParams(all: InvalidParam[]): usize {
  const r = changetype<SourceConfigureResult>(RETURN_AREA);
  r.isError = all.length != 0;
  InvalidParam.lowerAll(all, r.error);
  return RETURN_AREA;
}
