/** Growing delays between attempts. Each delay is twice the one before it, up to the longest; after progress the first delay is used again. */
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

  /** An attempt succeeded: the next failure waits for the first delay again. */
  progress(): void {
    this.#nextMs = this.#firstMs;
  }
}
