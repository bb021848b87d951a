import { InvalidArgumentError } from 'commander';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `3s`, `2m`, `1h` in milliseconds, for options of the command line. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match === null ? NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? NaN);
  if (!(ms > 0 && ms <= 86_400_000)) throw new InvalidArgumentError('expected a duration such as 500ms, 3s or 2m.');
  return ms;
}

/** `10m`, `2h`, `7d` in milliseconds; null for anything else. */
export function agoMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return match === null ? null : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? NaN);
}

/** A whole number of at least 1. */
export function positiveCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(count >= 1 && Number.isSafeInteger(count))) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return count;
}
