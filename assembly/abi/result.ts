import { ConnectorError } from './connector';

/** What an import gave: exactly one of the two is null. */
export class Result<T> {
  constructor(
    readonly value: T | null,
    readonly error: ConnectorError | null,
  ) {}
}
