import { onAbort } from '../../base/abort.ts';
import { settles, within } from '../../base/wait.ts';

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
    onAbort(stop, () => (this.#stoppedAt = performance.now()));
  }

  /** True when `work` is done, false when the time was not enough; the work is then left alone. Rejects as `work` does in time. */
  async within(work: Promise<unknown>, step: keyof typeof STOP_BUDGET_MS): Promise<boolean> {
    if (await settles(work, NO_HURRY_MS[step], this.#stop)) return within(work, Infinity);
    if (!this.#stop.aborted) return false;
    return within(work, this.#stoppedAt + STOP_BUDGET_MS[step] - performance.now());
  }
}
