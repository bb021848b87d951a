import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { LOG_LEVELS, type Log, type LogLevel } from '../../base/log.ts';

/** Conduit reads lines of up to 64 KiB. It would cut a longer line and log it as raw text. */
const MAX_LINE_BYTES = 60_000;
const MAX_TEXT_CHARS = 8_000;
const RESERVED = new Set(['@level', '@message', '@timestamp']);

/**
 * One log line in go-plugin's form: a JSON object whose values are all strings. A `@message` or `@level` of another type makes Conduit panic. A
 * `@timestamp` that is not exactly in Go's layout makes it log the line as raw text, so no timestamp is written.
 */
export function formatLine(level: LogLevel, message: string, fields: Readonly<Record<string, string>> = {}): string {
  let line = `{"@level":"${level}","@message":${JSON.stringify(cut(message))}`;
  let bytes = Buffer.byteLength(line);
  for (const [key, value] of Object.entries(fields)) {
    const name = RESERVED.has(key) ? key.slice(1) : key;
    const entry = `,${JSON.stringify(cut(name))}:${JSON.stringify(cut(value))}`;
    bytes += Buffer.byteLength(entry);
    if (bytes > MAX_LINE_BYTES) break;
    line += entry;
  }
  return `${line}}\n`;
}

function cut(value: unknown): string {
  const text = String(value).toWellFormed();
  return text.length <= MAX_TEXT_CHARS ? text : `${text.slice(0, MAX_TEXT_CHARS).toWellFormed()}...`;
}

/** A log that writes lines of level `minimum` and above to stderr; null writes nothing. */
export function lineLog(minimum: LogLevel | null, write: (line: string) => void = writeStderr): Log {
  const first = minimum === null ? LOG_LEVELS.length : LOG_LEVELS.indexOf(minimum);
  return (level, message, fields) => {
    if (LOG_LEVELS.indexOf(level) >= first) write(formatLine(level, message, fields));
  };
}

const STDERR = 2;
const MAX_ATTEMPTS = 20;
const RETRY_AFTER_MS = 1;

/**
 * Writes synchronously, so that the last lines before an exit arrive. If the pipe is full it waits for about 20 ms and then drops the line: a Conduit
 * that does not read the log must not stop the records.
 */
function writeStderr(line: string): void {
  const bytes = Buffer.from(line, 'utf8');
  let done = 0;
  for (let attempt = 0; done < bytes.length && attempt < MAX_ATTEMPTS;) {
    try {
      done += writeSync(STDERR, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // the reader has closed the pipe
      attempt++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AFTER_MS);
    }
  }
}

/**
 * Turns everything that libraries print into log lines. Only the handshake may reach stdout: Conduit stops reading stdout at the first line over
 * 64 KiB, and a full pipe would block the process. stderr takes only lines in the form of `formatLine`.
 */
export function redirectConsole(log: Log): void {
  const levels = { trace: 'trace', debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;
  for (const [method, level] of Object.entries(levels)) {
    (console as unknown as Record<string, unknown>)[method] = (...values: unknown[]): void => {
      log(level, values.map(String).join(' '), { module: 'console' });
    };
  }
  const lines = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      log('info', String(chunk).trimEnd(), { module: 'stdout' });
      done();
    },
  });
  Object.defineProperty(process, 'stdout', { configurable: true, value: lines });
  process.removeAllListeners('warning');
  // That a module of Node is experimental is nothing that an operator can act on.
  process.on('warning', ({ message, name }) => log(name === 'ExperimentalWarning' ? 'debug' : 'warn', message, { module: 'node', name }));
}
