/**
 * The one error class of the host. `code` is stable and documented; `kind` is the WIT `error-kind` that a guest gets for it; the message is
 * for people and says what was expected, what came and what to change. A message never holds a secret.
 */
export const ERROR_CODES = [
  'config.invalid', // a setting is wrong: change the configuration
  'position.invalid', // the position cannot be decoded, or contradicts the configuration
  'policy.denied', // the host's policy refused it
  'kafka.unreachable', // no broker answers at the given addresses (retryable)
  'kafka.timeout', // a bounded wait on Kafka ended (retryable)
  'kafka.rejected', // the broker refused the request for good
  'kafka.record-refused', // the broker, or a setting, refused this one record (too large, timestamp out of range): others may be written
  'kafka.corrupt', // a broker sent records that cannot be read (wrong CRC, unknown format)
  'schema.unreachable', // no schema registry answers at the given addresses (retryable)
  'schema.rejected', // the schema registry refused the request for good
  'schema.mismatch', // a key or value does not fit its schema, or its schema cannot be used
  'remote.unreachable', // the guest reports that its remote system cannot be reached (retryable)
  'remote.timeout', // the guest reports that a bounded wait of its own ended (retryable)
  'remote.rejected', // the guest reports that its remote system refused the request for good
  'guest.trap', // the guest trapped; its instance is gone
  'guest.deadline', // the guest did not answer in time; its instance is gone
  'guest.contract', // the guest broke the contract (more than its credit, malformed answer); its instance is gone
  'guest.restarts', // the guest was replaced too often
  'guest.failed', // the guest reported an error of its own
  'limit.exceeded', // a limit of the host was reached
  'input.invalid', // data given by the caller cannot be read
  'cancelled', // the connector is stopping
  'environment', // something that the connector needs on this machine is missing
  'internal', // a bug in the host
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** WIT `error-kind` of conduit:connector/errors. */
export type ErrorKind =
  | 'invalid-config'
  | 'invalid-position'
  | 'permission-denied'
  | 'timeout'
  | 'unavailable'
  | 'rejected'
  | 'limit-exceeded'
  | 'cancelled'
  | 'other';

const KIND_OF: Record<ErrorCode, ErrorKind> = {
  'config.invalid': 'invalid-config',
  'position.invalid': 'invalid-position',
  'policy.denied': 'permission-denied',
  'kafka.unreachable': 'unavailable',
  'kafka.timeout': 'timeout',
  'kafka.rejected': 'rejected',
  'kafka.record-refused': 'rejected',
  'kafka.corrupt': 'rejected',
  'schema.unreachable': 'unavailable',
  'schema.rejected': 'rejected',
  'schema.mismatch': 'rejected',
  'remote.unreachable': 'unavailable',
  'remote.timeout': 'timeout',
  'remote.rejected': 'rejected',
  'guest.trap': 'other',
  'guest.deadline': 'timeout',
  'guest.contract': 'other',
  'guest.restarts': 'other',
  'guest.failed': 'other',
  'limit.exceeded': 'limit-exceeded',
  'input.invalid': 'rejected',
  cancelled: 'cancelled',
  environment: 'other',
  internal: 'other',
};
/** The code of an error that a guest made itself. The codes are `remote.*` because the host does not know which system the guest speaks to. */
const CODE_OF: Record<ErrorKind, ErrorCode> = {
  'invalid-config': 'config.invalid',
  'invalid-position': 'position.invalid',
  'permission-denied': 'policy.denied',
  timeout: 'remote.timeout',
  unavailable: 'remote.unreachable',
  rejected: 'remote.rejected',
  'limit-exceeded': 'limit.exceeded',
  cancelled: 'cancelled',
  other: 'guest.failed',
};
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'kafka.unreachable',
  'kafka.timeout',
  'schema.unreachable',
  'remote.unreachable',
  'remote.timeout',
  'guest.trap',
  'guest.deadline',
  'guest.contract',
]);

export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  /** Facts for logs, as text: topic, partition, address, setting. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; fields?: Record<string, string> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
  }

  get kind(): ErrorKind {
    return KIND_OF[this.code];
  }

  /** True if the same request may succeed later although no operator changes anything. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  static ofKind(kind: ErrorKind, message: string): ConnectorError {
    return new ConnectorError(CODE_OF[kind] ?? 'guest.failed', message);
  }

  /** Any thrown value as a ConnectorError. A value that is not one already gets `code`. */
  static from(error: unknown, code: ErrorCode = 'internal'): ConnectorError {
    if (error instanceof ConnectorError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ConnectorError(code, message, { cause: error });
  }
}
