/** How a request to Kafka failed, in Kafka's words. The wings of host/kafka see nothing else of a client's errors. */
import { ConnectorError, type ErrorCode } from '../base/errors.ts';

/**
 * `answer`: a broker answered with an error. `login`: the broker refuses the credentials. `timeout`: a broker did not answer in time.
 * `unsupported`: the brokers do not know the request. `connection`: there was nobody to ask, or the connection was lost. `client`: the client
 * broke inside, and only a new one helps.
 */
export type FaultKind = 'answer' | 'login' | 'timeout' | 'unsupported' | 'connection' | 'client';

export interface FaultFacts {
  /** Kafka's name of the error, such as `NOT_LEADER_OR_FOLLOWER`; only for `answer` and `login`. */
  type?: string;
  /** Kafka says that the same request may succeed later. */
  retriable?: boolean;
  cause?: unknown;
}

/** The message is the text for users. Stays within host/kafka: what leaves it is a ConnectorError. */
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

  /** True if nothing but an operator can help. */
  get isPermanent(): boolean {
    return this.kind === 'login' || isPermanentType(this.type);
  }
}

/** A failed request as an error of the host's. `context`, if any, says what was being done. */
export function connectorError(error: unknown, context?: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = errorText(error);
  return new ConnectorError(codeOf(error), context === undefined ? text : `${context}: ${text}`, { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  if (isPermanent(error)) return 'kafka.rejected';
  return error instanceof KafkaFault && error.kind === 'timeout' ? 'kafka.timeout' : 'kafka.unreachable';
}

/** True if nothing but an operator can help. */
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

/** Kafka's own sentences where the client words them otherwise. */
const TEXTS: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'The request included a message larger than the max message size the server will accept.',
  RECORD_LIST_TOO_LARGE: 'The request included message batch larger than the configured segment size on the server.',
  TOPIC_AUTHORIZATION_FAILED: 'Not authorized to access topics: [Topic authorization failed].',
  GROUP_AUTHORIZATION_FAILED: 'Not authorized to access group: Group authorization failed.',
  // Not permanent: a member of another client that was killed leaves when its session is over.
  INCONSISTENT_GROUP_PROTOCOL:
    'The group has members of another kind of client, whose partition assignment does not fit: stop them, or use another group.',
};

/** True if nothing but an operator can help against an answer with this error. */
export function isPermanentType(type: string | null | undefined): boolean {
  return type !== null && type !== undefined && PERMANENT.has(type);
}

/** `MESSAGE_TOO_LARGE: The request included ...` as users of the Go connector know it. */
export function faultText(type: string, message: string): string {
  const known = TEXTS[type];
  if (known !== undefined) return `${type}: ${known}`;
  return `${type}: ${message}${message === '' || message.endsWith('.') ? '' : '.'}`;
}
