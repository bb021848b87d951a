/** A login that fails before a broker is asked, or that a broker refuses without an error code. The message names no secret, and is the whole reason. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  /** Only an operator can help. */
  readonly isPermanent: boolean;
  /** As kafkajs asks: whether the same may succeed later. */
  readonly retriable: boolean;

  constructor(message: string, { isPermanent }: { isPermanent: boolean }) {
    super(message);
    this.isPermanent = isPermanent;
    this.retriable = !isPermanent;
  }
}
