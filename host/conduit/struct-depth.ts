import { ConnectorError } from '../base/errors.ts';

/**
 * How many objects and lists structured data may hold within each other, below its outermost object. It is the limit of the Kafka component
 * (`assembly/opencdc/json-struct.ts`), where each level takes stack. All ways into structured data have the same one: a lower limit would refuse data that
 * the component writes, a higher one would take data that then fails. Go's protobuf library stops at 3,333 levels.
 */
export const MAX_STRUCT_DEPTH = 500;

/** `what`: the data, as the message begins with it. */
export function checkStructDepth(depth: number, what = 'structured data'): void {
  if (depth > MAX_STRUCT_DEPTH) throw structTooDeep(what);
}

export function structTooDeep(what: string): ConnectorError {
  return new ConnectorError('input.invalid', `${what} is nested deeper than ${MAX_STRUCT_DEPTH} levels`);
}
