import { LOG_LEVELS, type Log, type LogLevel } from '../../base/log.ts';
import type { OutputStream } from './io.ts';

export interface TerminalOptions {
  level: LogLevel;
  /** Log lines as JSON objects. */
  json: boolean;
  color: boolean;
  /** False: there is no progress line. */
  progress: boolean;
}

const COLOR: Record<LogLevel, number> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31 };

/** Prints log lines and, on a terminal, one progress line below them. */
export class Terminal {
  readonly #stream: OutputStream;
  readonly #options: TerminalOptions;
  #status = '';
  #drawn = false;
  #lastLog = '';

  constructor(stream: OutputStream, options: TerminalOptions) {
    this.#stream = stream;
    this.#options = options;
    // An error of the error stream cannot be reported.
    stream.on('error', () => {});
  }

  get showsProgress(): boolean {
    return this.#options.progress;
  }

  readonly log: Log = (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.#options.level)) return;
    // A line that repeats the one before is dropped: some errors occur again at every retry.
    const line = this.#format(level, message, fields);
    if (line !== this.#lastLog) this.line(line);
    this.#lastLog = line;
  };

  #format(level: LogLevel, message: string, fields: Readonly<Record<string, string>>): string {
    if (this.#options.json) return JSON.stringify({ ...fields, level, message });
    const facts = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
    return `${this.paint(level, level)}: ${printable(message)}${facts.length === 0 ? '' : ` (${printable(facts.join(' '))})`}`;
  }

  /** A whole line, above the progress line if there is one. */
  line(text: string): void {
    this.#erase();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  /** Replaces the progress line; an empty text removes it. */
  status(text: string): void {
    if (!this.#options.progress) return;
    this.#erase();
    this.#status = text;
    this.#draw();
  }

  paint(text: string, as: LogLevel): string {
    return this.#options.color ? `\u001b[${COLOR[as]}m${text}\u001b[0m` : text;
  }

  #erase(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K');
    this.#drawn = false;
  }

  #draw(): void {
    if (this.#status === '') return;
    // The line is cut, because a line that wraps could not be erased.
    this.#stream.write(this.#status.slice(0, (this.#stream.columns || 80) - 1));
    this.#drawn = true;
  }
}

/** Text of a broker, a record or a file, with control characters escaped, so that a terminal does not obey them. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
