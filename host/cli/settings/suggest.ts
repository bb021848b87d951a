import { distance } from 'fastest-levenshtein';
import type { InvalidParam } from '../../runtime/contract.ts';

/** The known name that is nearest to a misspelt one, or null if none is near enough to be what was meant. */
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

/** What a user reads about one rejected setting: the connector's own text, and what to do about it where that is known. */
export function explain(problem: InvalidParam, known: readonly string[]): string {
  if (!known.includes(problem.name)) {
    const name = nearest(problem.name, known);
    if (name !== null) return `${problem.reason}; did you mean "${name}"?`;
  }
  return problem.reason;
}
