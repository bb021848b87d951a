import { ConnectorError } from '../base/errors.ts';
import type { WitError } from './contract.ts';

/** The only thing that an import may throw: jco turns `payload` into the WIT error. Not an Error, so that no stack can leak. */
export class WitFailure {
  readonly payload: WitError;
  constructor(payload: WitError) {
    this.payload = payload;
  }
}

/** The errors of the host that one guest instance was given: the last one of each code. */
export class GivenErrors {
  readonly #byCode = new Map<string, ConnectorError>();

  /** What the guest is told. It returns the code unchanged with an error that it passes on, also much later. */
  give(error: ConnectorError): WitFailure {
    this.#byCode.set(error.code, error);
    return new WitFailure({ kind: error.kind, text: error.message, code: error.code });
  }

  /**
   * The error that a guest returned. With the code of one that it was given it is that error again, in the guest's words; any other is the guest's
   * own, of which only the kind is known.
   */
  errorOf(payload: unknown): ConnectorError {
    const { kind, text, code } = (payload ?? {}) as Partial<WitError>;
    if (typeof kind !== 'string' || typeof text !== 'string') {
      return new ConnectorError('guest.failed', 'The guest failed without saying why.');
    }
    const given = code === undefined ? undefined : this.#byCode.get(code);
    if (given?.kind === kind) return new ConnectorError(given.code, text, { cause: given, fields: { ...given.fields } });
    return ConnectorError.ofKind(kind, text);
  }
}
