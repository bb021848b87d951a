import { ConnectorError } from '../base/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;

/** Milliseconds of a duration as Go's `time.ParseDuration` reads it (`300ms`, `1.5h`, `1h30m`, `0`). */
export function parseDurationMs(name: string, text: string): number {
  if (/^[+-]?0+$/.test(text)) return 0;
  if (!DURATION.test(text)) {
    throw new ConnectorError('config.invalid', `"${name}": expected a duration such as "100ms" or "1m30s", got "${text}"`, {
      fields: { setting: name },
    });
  }
  let total = 0;
  for (const [, number, unit] of text.matchAll(PART)) total += Number(number) * UNIT_MS[unit as string]!;
  return text.startsWith('-') ? -total : total;
}
