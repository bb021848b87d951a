import { ConnectorError } from '../base/errors.ts';
import type { WitError } from './contract.ts';

/** The only value that an import may throw: jco turns `payload` into the WIT error. It is not an Error, so that no stack reaches the guest. */
export class WitFailure {
  readonly payload: WitError;
  constructor(payload: WitError) {
    this.payload = payload;
  }
}

/** The errors of the host that one guest instance got: the last one of each code. */
export class GivenErrors {
  readonly #byCode = new Map<string, ConnectorError>();

  /** The WIT error for the guest. If the guest returns this error, even much later, it must return the code unchanged. */
  give(error: ConnectorError): WitFailure {
    this.#byCode.set(error.code, error);
    return new WitFailure({ kind: error.kind, text: error.message, code: error.code });
  }

  /**
   * The ConnectorError for an error that a guest returned. If it has the code of an error that the guest got, it becomes that error again, with the
   * guest's text. Any other error is the guest's own, and its code follows from its kind.
   */
  errorOf(payload: unknown): ConnectorError {
    const { kind, text, code } = (payload ?? {}) as Partial<WitError>;
    if (typeof kind !== 'string' || typeof text !== 'string') {
      return new ConnectorError('guest.failed', 'the guest failed without a reason: expected a WIT error with kind and text');
    }
    const given = code === undefined ? undefined : this.#byCode.get(code);
    if (given?.kind === kind) return new ConnectorError(given.code, text, { cause: given, fields: { ...given.fields } });
    return ConnectorError.ofKind(kind, text);
  }
}
