import { distance } from 'fastest-levenshtein';
import type { InvalidParam } from '../../runtime/contract.ts';

/** The known name that is nearest to a misspelt one; null if no name is near enough. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** The text for one rejected setting: the connector's text, with the nearest known name if the setting is unknown. */
export function explain(problem: InvalidParam, known: readonly string[]): string {
  if (!known.includes(problem.name)) {
    const name = nearest(problem.name, known);
    if (name !== null) return `${problem.reason}; did you mean "${name}"?`;
  }
  return problem.reason;
}
