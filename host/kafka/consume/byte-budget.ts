/** Bytes that several tasks may hold between them. Whoever asks first is served first, so that a large request is not passed for ever. */

export interface Reservation {
  /** False while other reservations have to be released before. */
  readonly granted: boolean;
  /** Resolves once it is granted; never rejects. */
  readonly whenGranted: Promise<void>;
  /** Gives the bytes back, or leaves the queue. May be called twice. */
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

  /** Never more than `maxBytes`, but for one reservation that is larger and alone. */
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
    request.bytes = 0; // nothing is left to give back
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
