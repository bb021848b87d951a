/** A failed request to Kafka, in Kafka's words. `consume/` and `produce/` get no other errors from a client. */
import { ConnectorError, type ErrorCode } from '../base/errors.ts';

/**
 * `answer`: a broker answered with an error. `login`: the broker refuses the credentials. `timeout`: a broker did not answer in time.
 * `unsupported`: the brokers do not support the request. `connection`: no broker was connected, or the connection was lost. `client`: the client
 * itself is broken, and only a new client helps.
 */
export type FaultKind = 'answer' | 'login' | 'timeout' | 'unsupported' | 'connection' | 'client';

export interface FaultFacts {
  /** Kafka's name of the error, such as `NOT_LEADER_OR_FOLLOWER`; only for `answer` and `login`. */
  type?: string;
  /** Kafka says that the same request may succeed later. */
  retriable?: boolean;
  cause?: unknown;
}

/** The message is the text for users. A fault stays within host/kafka, which passes it on as a ConnectorError. */
export class KafkaFault extends Error {
  override readonly name = 'KafkaFault';
  readonly kind: FaultKind;
  readonly type: string | null;
  readonly retriable: boolean;

  constructor(kind: FaultKind, message: string, { type, retriable = true, cause }: FaultFacts = {}) {
    super(type === undefined ? message : faultText(type, message), cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.type = type ?? null;
    this.retriable = retriable;
  }

  /** True if only an operator can help. */
  get isPermanent(): boolean {
    return this.kind === 'login' || isPermanentType(this.type);
  }
}

/** A failed request as a ConnectorError. `context`, if given, says what failed. */
export function connectorError(error: unknown, context?: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = errorText(error);
  return new ConnectorError(codeOf(error), context === undefined ? text : `${context}: ${text}`, { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  if (isPermanent(error)) return 'kafka.rejected';
  return error instanceof KafkaFault && error.kind === 'timeout' ? 'kafka.timeout' : 'kafka.unreachable';
}

/** True if only an operator can help. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof ConnectorError) return error.code === 'policy.denied';
  return error instanceof KafkaFault && error.isPermanent;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Kafka's name of the error that a broker answered with; null for anything else. */
export function faultType(error: unknown): string | null {
  return error instanceof KafkaFault ? error.type : null;
}

const PERMANENT: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'SECURITY_DISABLED',
  'INVALID_GROUP_ID',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_SESSION_TIMEOUT',
  'UNSUPPORTED_VERSION',
]);

/** Kafka's own texts for errors that the client words otherwise. */
const TEXTS: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'The request included a message larger than the max message size the server will accept.',
  RECORD_LIST_TOO_LARGE: 'The request included message batch larger than the configured segment size on the server.',
  TOPIC_AUTHORIZATION_FAILED: 'Not authorized to access topics: [Topic authorization failed].',
  GROUP_AUTHORIZATION_FAILED: 'Not authorized to access group: Group authorization failed.',
  // This error is not permanent: a member of another client that was killed leaves the group when its session times out.
  INCONSISTENT_GROUP_PROTOCOL:
    'The group has members of another kind of client, whose partition assignment does not fit: stop them, or use another group.',
};

/** True if only an operator can help against an answer with this error. */
export function isPermanentType(type: string | null | undefined): boolean {
  return type !== null && type !== undefined && PERMANENT.has(type);
}

/** `MESSAGE_TOO_LARGE: The request included ...` as users of the Go connector know it. */
export function faultText(type: string, message: string): string {
  const known = TEXTS[type];
  if (known !== undefined) return `${type}: ${known}`;
  return `${type}: ${message}${message === '' || message.endsWith('.') ? '' : '.'}`;
}
