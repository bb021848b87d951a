import { LOG_LEVELS } from '../base/log.ts';
import type { GuestLog } from './guest-imports.ts';

const MAX_FIELDS = 16;
const MAX_NAME = 64;

/**
 * Bounds what a guest may log, on the guest's side of any thread boundary: a guest that logs in a loop must not fill the
 * host's message queue. Lines over the rate are counted, and the next line that passes says how many there were.
 */
export function boundedLog(log: GuestLog, linesPerSecond: number, messageLength: number): GuestLog {
  const burst = linesPerSecond * 4;
  let tokens = burst;
  let last = performance.now();
  let dropped = 0;
  const cut = (text: string, length: number): string =>
    text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
  return (level, message, fields) => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - last) / 1000) * linesPerSecond);
    last = now;
    if (tokens < 1) {
      dropped++;
      return;
    }
    tokens--;
    const kept = fields.slice(0, MAX_FIELDS).map(([name, value]): [string, string] => [cut(name, MAX_NAME), cut(value, messageLength)]);
    if (dropped > 0) kept.push(['dropped-lines', String(dropped)]);
    dropped = 0;
    log(LOG_LEVELS.includes(level) ? level : 'info', cut(message, messageLength), kept);
  };
}
