// The results of imports.
import { ConnectorError } from './connector';

/** Exactly one of the two is null. */
export class Result<T> {
  constructor(
    readonly value: T | null,
    readonly error: ConnectorError | null,
  ) {}
}

/** The same error with `words` before its text. It keeps its code, so that the host recognises its own failure. */
export function prefixed(words: string, error: ConnectorError): ConnectorError {
  return new ConnectorError(error.kind, words + error.text, error.code);
}
