// What imports give back.
import { ConnectorError } from './connector';

/** Exactly one of the two is null. */
export class Result<T> {
  constructor(
    readonly value: T | null,
    readonly error: ConnectorError | null,
  ) {}
}

/** The same failure, with more words before its text. Its code stays, so that the host knows its own failure again. */
export function prefixed(words: string, error: ConnectorError): ConnectorError {
  return new ConnectorError(error.kind, words + error.text, error.code);
}
