import { ConnectorError } from '../base/errors.ts';
import type { WitError } from './contract.ts';

/** The only value that an import may throw: jco turns `payload` into the WIT error. It is not an Error, so that no stack reaches the guest. */
export class WitFailure {
  readonly payload: WitError;
  constructor(payload: WitError) {
    this.payload = payload;
  }
}

/** Of one code. A guest holds few errors at a time. */
const MAX_GIVEN = 8;

/** The errors of the host that one guest instance got: the last few of each code. */
export class GivenErrors {
  readonly #byCode = new Map<string, ConnectorError[]>();

  /** The WIT error for the guest. If the guest returns this error, even much later, it must return the code unchanged. */
  give(error: ConnectorError): WitFailure {
    const given = this.#byCode.get(error.code) ?? [];
    given.push(error);
    if (given.length > MAX_GIVEN) given.shift();
    this.#byCode.set(error.code, given);
    return new WitFailure({ kind: error.kind, text: error.message, code: error.code });
  }

  /**
   * The ConnectorError for an error that a guest returned. With the code of an error that the guest got it has that code again, and the fields and the
   * cause of the one that it can be: the only one of its code, or the last whose text stands in the guest's text. Any other error is the guest's own, and its code follows from its kind.
   */
  errorOf(payload: unknown): ConnectorError {
    const { kind, text, code } = (payload ?? {}) as Partial<WitError>;
    if (typeof kind !== 'string' || typeof text !== 'string') {
      return new ConnectorError('guest.failed', 'the guest failed without a reason: expected a WIT error with kind and text');
    }
    const given = (code === undefined ? undefined : this.#byCode.get(code))?.filter((one) => one.kind === kind) ?? [];
    const cause = given.length === 1 ? given[0] : given.findLast((one) => text.includes(one.message));
    if (cause !== undefined) return new ConnectorError(cause.code, text, { cause, fields: { ...cause.fields } });
    return given[0] === undefined ? ConnectorError.ofKind(kind, text) : new ConnectorError(given[0].code, text);
  }
}
