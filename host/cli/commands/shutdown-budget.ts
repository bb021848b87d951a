/** How long after Ctrl-C each step of the end may last, counted from the signal. The whole is promised within 5 s. */
export const STOP_BUDGET_MS = { drain: 2000, stop: 2500, settle: 3000, close: 4300 } as const;
/** Without Ctrl-C: a write may take what it takes, the rest longer than the connectors' own bounds. */
const NO_HURRY_MS = { drain: Infinity, stop: 15_000, settle: 15_000, close: 15_000 } as const;

/** Waits with a bound that gets short once the user wants to stop. */
export class Patience {
  readonly #stop: AbortSignal;
  #stoppedAt = Infinity;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    if (stop.aborted) this.#stoppedAt = performance.now();
    else stop.addEventListener('abort', () => (this.#stoppedAt = performance.now()), { once: true });
  }

  /** True when `work` is done, false when the time was not enough; the work is then left alone. Rejects as `work` does in time. */
  async within(work: Promise<unknown>, step: keyof typeof STOP_BUDGET_MS): Promise<boolean> {
    work.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    let hurry = (): void => {};
    const late = new Promise<false>((resolve) => {
      const wait = (ms: number): void => {
        clearTimeout(timer);
        if (ms !== Infinity) timer = setTimeout(() => resolve(false), ms);
      };
      const left = (): number => Math.max(0, this.#stoppedAt + STOP_BUDGET_MS[step] - performance.now());
      hurry = () => wait(left());
      wait(this.#stop.aborted ? left() : NO_HURRY_MS[step]);
    });
    this.#stop.addEventListener('abort', hurry);
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      clearTimeout(timer);
      this.#stop.removeEventListener('abort', hurry);
    }
  }
}

/** `work`, or undefined as soon as the signal is given. */
export async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  work.catch(() => {});
  if (signal.aborted) return undefined;
  let stop = (): void => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
