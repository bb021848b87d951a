import { LOG_LEVELS, type Log, type LogLevel } from '../base/log.ts';
import type { Capability } from '../runtime/capability.ts';

const MAX_FIELDS = 16;
const MAX_NAME = 64;

export interface LogBounds {
  /** Lines per second; a burst may have four times as many. */
  logLinesPerSecond: number;
  /** The most characters of a message, and of the value of a field. */
  logMessageLength: number;
}

/** `conduit:connector/log`: passes the lines of a guest to `log`, within bounds. */
export function logCapability(log: Log, { logLinesPerSecond, logMessageLength }: LogBounds): Capability {
  let lastError = { message: '', atMs: 0 };
  return {
    interface: 'conduit:connector/log@0.1.0',
    functions: {
      log: {
        waits: false,
        call: (level: LogLevel, message: string, fields: [string, string][]) => {
          if (level === 'error') lastError = { message, atMs: performance.now() };
          log(level, message, Object.fromEntries(fields));
        },
      },
    },
    local: { names: ['log'], make: boundedLog, options: { logLinesPerSecond, logMessageLength }, module: import.meta.url },
    lastWords: (sinceMs) => (lastError.atMs > sinceMs ? lastError.message : null),
  };
}

/**
 * Bounds the lines of a guest in the guest's own thread, so that a guest that logs in a loop does not fill the host's message queue. Lines
 * over the rate are dropped and counted; the next line that passes has their number in the field `dropped-lines`.
 */
export function boundedLog(
  { logLinesPerSecond, logMessageLength }: LogBounds,
  tell: (name: string, ...args: unknown[]) => void,
): { log(level: LogLevel, message: string, fields: [string, string][]): void } {
  const burst = logLinesPerSecond * 4;
  let tokens = burst;
  let last = performance.now();
  let dropped = 0;
  const cut = (text: string, length: number): string =>
    text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
  return {
    log: (level, message, fields) => {
      const now = performance.now();
      tokens = Math.min(burst, tokens + ((now - last) / 1000) * logLinesPerSecond);
      last = now;
      if (tokens < 1) {
        dropped++;
        return;
      }
      tokens--;
      const kept = fields
        .slice(0, MAX_FIELDS)
        .map(([name, value]): [string, string] => [cut(name, MAX_NAME), cut(value, logMessageLength)]);
      if (dropped > 0) kept.push(['dropped-lines', String(dropped)]);
      dropped = 0;
      tell('log', LOG_LEVELS.includes(level) ? level : 'info', cut(message, logMessageLength), kept);
    },
  };
}

export default boundedLog;
