/** Limits the bytes that several tasks hold together. Reservations are granted in order, so that a large one is not overtaken for ever. */

export interface Reservation {
  /** False while the reservation waits for others to be released. */
  readonly granted: boolean;
  /** Resolves once it is granted; never rejects. */
  readonly whenGranted: Promise<void>;
  /** Returns the bytes, or leaves the queue. May be called more than once. */
  release(): void;
}

interface Request {
  bytes: number;
  isGranted: boolean;
  grant: () => void;
}

export class ByteBudget {
  readonly maxBytes: number;
  readonly #waiting = new Set<Request>();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** At most `maxBytes`, except for a single larger reservation. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  reserve(bytes: number): Reservation {
    const { promise, resolve } = Promise.withResolvers<void>();
    const request: Request = { bytes, isGranted: false, grant: resolve };
    this.#waiting.add(request);
    this.#grant();
    return {
      get granted() {
        return request.isGranted;
      },
      whenGranted: promise,
      release: () => this.#release(request),
    };
  }

  #release(request: Request): void {
    if (request.isGranted) this.#usedBytes -= request.bytes;
    else this.#waiting.delete(request);
    request.bytes = 0; // so that a second call returns nothing
    this.#grant();
  }

  #grant(): void {
    for (const request of this.#waiting) {
      const fits = this.#usedBytes === 0 || this.#usedBytes + request.bytes <= this.maxBytes;
      if (!fits) return;
      this.#waiting.delete(request);
      this.#usedBytes += request.bytes;
      request.isGranted = true;
      request.grant();
    }
  }
}
