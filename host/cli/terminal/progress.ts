import type { Terminal } from './terminal.ts';

const DRAW_MS = 250;
const RATE_WINDOW_MS = 3000;

/** Counts records and shows records, rate and lag while a command runs. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #lag: () => bigint | null;
  readonly #started = performance.now();
  readonly #samples: { at: number; records: number }[] = [{ at: this.#started, records: 0 }];
  readonly #timer: NodeJS.Timeout;
  #records = 0;
  #seconds: number | null = null;

  /** `lag` returns null if the lag is not known; it is not shown then. */
  constructor(terminal: Terminal, lag: () => bigint | null = () => null) {
    this.#terminal = terminal;
    this.#lag = lag;
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    this.#timer.unref();
  }

  add(records: number): void {
    this.#records += records;
  }

  get records(): number {
    return this.#records;
  }

  /** Removes the progress line, and returns the summary. */
  finish(verb: string): string {
    clearInterval(this.#timer);
    this.#terminal.status('');
    this.#seconds ??= (performance.now() - this.#started) / 1000;
    const seconds = this.#seconds;
    const rate = this.#records < 100 ? '' : ` (${grouped(Math.round(this.#records / Math.max(seconds, 0.001)))}/s)`;
    return `${verb} ${grouped(this.#records)} ${this.#records === 1 ? 'record' : 'records'} in ${seconds.toFixed(1)} s${rate}`;
  }

  #draw(): void {
    const now = performance.now();
    this.#samples.push({ at: now, records: this.#records });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > RATE_WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, records: this.#records };
    const rate = ((this.#records - first.records) * 1000) / Math.max(now - first.at, 1);
    const lag = this.#lag();
    this.#terminal.status(
      `${grouped(this.#records)} records  ${grouped(Math.round(rate))}/s${lag === null ? '' : `  lag ${grouped(lag)}`}`,
    );
  }
}

function grouped(count: number | bigint): string {
  return count.toLocaleString('en-US');
}
