/**
 * Replaces the class of kafkajs that queues the requests of a connection, for two reasons.
 *
 * Its timer: after the first answer the stock class checks every millisecond whether a request waits, even on an idle connection. That costs CPU on
 * every connection, and Node 24 and later print a warning about the delay, which is negative (kafkajs issue 1751).
 *
 * And logins that end (KIP-368): a broker closes a connection on which a request comes after the end of its login, and one that sends any other
 * request between the two of a login. So the request that finds the login due waits in the queue, and those after it, until the requests before it are
 * answered and the login is renewed; then they are sent in their order. kafkajs' own way, which is not used, lets requests overtake each other.
 */

interface PushedRequest {
  entry: { apiKey: number };
}

/** The part of kafkajs' class that is used here. */
export type RequestQueueClass = new (...options: never[]) => {
  readonly pending: readonly object[];
  readonly inflight: ReadonlyMap<number, object>;
  readonly logger: { info(message: string, facts: object): void };
  push(request: PushedRequest): void;
  createSocketRequest(request: PushedRequest): object;
  sendSocketRequest(request: object): void;
  canSendSocketRequestImmediately(): boolean;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
  maybeThrottle(ms: number | null): void;
  rejectAll(error: Error): void;
};

/** How the login of a connection is renewed. */
export interface LoginRenewal {
  isDue(): boolean;
  /** Logs in again. Rejects if the broker refuses, or the connection is lost. */
  login(): Promise<void>;
}

export interface RenewingQueue {
  renewLogin(renewal: LoginRenewal | null): void;
}

/** What its log says where a quota makes the client wait; with the field `throttledMs`. kafkajs itself says so only where it is debugged. */
export const THROTTLED = 'a quota of the brokers makes the client wait';

/** SaslHandshake and SaslAuthenticate. */
const LOGIN: ReadonlySet<number> = new Set([17, 36]);

export function requestQueueThatRenewsLogins(stock: RequestQueueClass): RequestQueueClass {
  return class RequestQueue extends stock implements RenewingQueue {
    #renewal: LoginRenewal | null = null;
    #isRenewing = false;
    #answered: (() => void) | null = null;

    renewLogin(renewal: LoginRenewal | null): void {
      this.#renewal = renewal;
    }

    override push(request: PushedRequest): void {
      if (this.#isRenewing && LOGIN.has(request.entry.apiKey)) return this.sendSocketRequest(this.createSocketRequest(request));
      if (!this.#isRenewing && this.#renewal?.isDue() === true) void this.#renew(this.#renewal);
      super.push(request);
    }

    async #renew(renewal: LoginRenewal): Promise<void> {
      this.#isRenewing = true;
      try {
        if (this.inflight.size > 0) await new Promise<void>((resolve) => (this.#answered = resolve));
        await renewal.login();
      } catch (error) {
        this.rejectAll(error as Error);
      } finally {
        this.#isRenewing = false;
        this.checkPendingRequests();
      }
    }

    override canSendSocketRequestImmediately(): boolean {
      return !this.#isRenewing && super.canSendSocketRequestImmediately();
    }

    /** kafkajs calls it after each answer, and after a request that has run out of time. */
    override checkPendingRequests(): void {
      this.#tellAnswered();
      super.checkPendingRequests();
    }

    override rejectAll(error: Error): void {
      super.rejectAll(error);
      this.#tellAnswered();
    }

    /** Does not start the timer while no request waits, or all wait for a login: a request that must wait starts it when it is queued. */
    override scheduleCheckPendingRequests(): void {
      if (this.pending.length > 0 && !this.#isRenewing) super.scheduleCheckPendingRequests();
    }

    override maybeThrottle(ms: number | null): void {
      super.maybeThrottle(ms);
      if (ms !== null && ms > 0) this.logger.info(THROTTLED, { throttledMs: ms });
    }

    #tellAnswered(): void {
      if (this.inflight.size > 0) return;
      this.#answered?.();
      this.#answered = null;
    }
  };
}
