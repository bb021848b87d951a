import { onAbort } from '../../base/abort.ts';
import { settles, within } from '../../base/wait.ts';

/** When each step of the end must be over, counted from Ctrl-C. The command promises to end within 5 s. */
export const STOP_BUDGET_MS = { drain: 2000, stop: 2500, settle: 3000, close: 4300 } as const;
/** The bounds without Ctrl-C: none for a write, and more than the connectors' own bounds for the other steps. */
const NO_HURRY_MS = { drain: Infinity, stop: 15_000, settle: 15_000, close: 15_000 } as const;

/** Bounded waits. The bounds become short once the user wants to stop. */
export class ShutdownBudget {
  readonly #stop: AbortSignal;
  #stoppedAt = Infinity;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    onAbort(stop, () => (this.#stoppedAt = performance.now()));
  }

  /** True if `work` ends in time; false if not, and its result is then ignored. Rejects if `work` rejects in time. */
  async within(work: Promise<unknown>, step: keyof typeof STOP_BUDGET_MS): Promise<boolean> {
    if (await settles(work, NO_HURRY_MS[step], this.#stop)) return within(work, Infinity);
    if (!this.#stop.aborted) return false;
    return within(work, this.#stoppedAt + STOP_BUDGET_MS[step] - performance.now());
  }
}
