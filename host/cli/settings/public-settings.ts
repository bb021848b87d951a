import type { Specification } from '../../runtime/contract.ts';

/**
 * The settings whose values are no secrets. Of others, also of those that nobody knows, a message names no variable: `$` and what follows it may be a part
 * of a password.
 */
export function publicSettings({ sourceParams, destinationParams }: Specification): ReadonlySet<string> {
  const params = [...sourceParams, ...destinationParams];
  const secret = new Set(params.filter((param) => param.secret).map(({ name }) => name));
  return new Set(params.map(({ name }) => name).filter((name) => !secret.has(name)));
}
