import { ConnectorError } from '../base/errors.ts';

/**
 * The most levels of objects and lists within each other below the outermost object of structured data. The Kafka component has the same limit
 * (`assembly/json/struct.ts`), because each level takes stack there. All code that reads or writes structured data must have this one limit: a
 * lower one would refuse data that the component writes, a higher one would accept data that fails later. Go's protobuf library allows 3,333
 * levels.
 */
export const MAX_STRUCT_DEPTH = 500;

/** `what`: the name of the data, with which the message begins. */
export function checkStructDepth(depth: number, what = 'structured data'): void {
  if (depth > MAX_STRUCT_DEPTH) throw structTooDeep(what);
}

export function structTooDeep(what: string): ConnectorError {
  return new ConnectorError('input.invalid', `${what} is nested deeper than ${MAX_STRUCT_DEPTH} levels`);
}
