/** Growing delays between attempts: the first one, doubled each time up to the longest, and the first one again after progress. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #nextMs: number;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#nextMs = firstMs;
  }

  /** How long to wait before the next attempt. */
  next(): number {
    const delayMs = Math.min(this.#nextMs, this.#longestMs);
    this.#nextMs = delayMs * 2;
    return delayMs;
  }

  /** Something went well: the next failure waits as little as the first one did. */
  progress(): void {
    this.#nextMs = this.#firstMs;
  }
}
