/** Converts the errors of kafkajs and Node into those of this connector. */
import { ConnectorError, type ErrorCode } from '../../base/errors.ts';
import { hostPort } from '../../net/host-name.ts';
import { LoginError } from '../auth/login-error.ts';
import { faultText, isPermanentType, KafkaFault, type FaultKind } from '../fault.ts';

/** The fields of kafkajs' errors. Each of them may be missing. */
interface KafkaError {
  name?: string;
  message?: string;
  type?: string;
  code?: string | number;
  retriable?: boolean;
  cause?: unknown;
  errors?: unknown[];
}

/** The innermost error. kafkajs wraps an error once for each layer of retries. */
export function rootCause(error: unknown): KafkaError {
  let current = error as KafkaError;
  for (let depth = 0; depth < 10 && current?.cause instanceof Error; depth++) current = current.cause;
  return current ?? {};
}

/** Kafka's name of a protocol error, such as `NOT_LEADER_FOR_PARTITION`; undefined for anything else. */
export function protocolType(error: unknown): string | undefined {
  const { type } = rootCause(error);
  return typeof type === 'string' ? type : (error as KafkaError)?.type;
}

/** Converts an error of kafkajs or Node. A KafkaFault or ConnectorError is returned unchanged. */
export function faultOf(error: unknown): KafkaFault | ConnectorError {
  if (error instanceof KafkaFault || error instanceof ConnectorError) return error;
  const root = rootCause(error);
  if (root.code === POLICY_DENIED) return policyDenied(root);
  const type = protocolType(error);
  if (root instanceof LoginError)
    return new KafkaFault(root.isPermanent ? 'login' : 'connection', root.message, { retriable: root.retriable, cause: error });
  const names = [(error as KafkaError)?.name, root.name];
  return new KafkaFault(kindOf(type, names), root.message ?? String(error), { type, retriable: root.retriable !== false, cause: error });
}

function kindOf(type: string | undefined, names: (string | undefined)[]): FaultKind {
  if (names.some((name) => name?.startsWith('KafkaJSSASL') === true) || REFUSED_LOGIN.has(type ?? '')) return 'login';
  if (type !== undefined) return 'answer';
  if (names.includes('KafkaJSRequestTimeoutError')) return 'timeout';
  if (names.includes('KafkaJSServerDoesNotSupportApiKey')) return 'unsupported';
  return names.some((name) => name !== undefined && BROKEN.has(name)) ? 'client' : 'connection';
}

const REFUSED_LOGIN: ReadonlySet<string> = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM']);
/** The errors that kafkajs throws when it has lost all its brokers. */
const BROKEN: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError']);

const POLICY_DENIED: ErrorCode = 'policy.denied';

/** The dialer's refusal, from a connection error of kafkajs, which keeps only its code and message. */
function policyDenied({ message = '' }: KafkaError): ConnectorError {
  return new ConnectorError(POLICY_DENIED, message.replace(/^Connection error: /, ''));
}

/** The same promise, with its rejection converted by `faultOf`. */
export async function withFaults<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw faultOf(error);
  }
}

/** `MESSAGE_TOO_LARGE: The request included ...` as users of the Go connector know it. */
export function failureText(error: unknown): string {
  const type = protocolType(error);
  const { message } = rootCause(error);
  if (type === undefined) return message ?? String(error);
  return faultText(type, message ?? '');
}

/** True if only an operator can help. */
export function isPermanent(error: unknown): boolean {
  return isPermanentType(protocolType(error)) || rootCause(error).code === POLICY_DENIED || isLogin(error);
}

/** A broker refused the login. */
function isLogin(error: unknown): boolean {
  const root = rootCause(error);
  if (root instanceof LoginError) return root.isPermanent;
  return kindOf(protocolType(error), [(error as KafkaError)?.name, rootCause(error).name]) === 'login';
}

const CONNECT_TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
  EACCES: 'connect: permission denied',
};
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'CERT_SIGNATURE_FAILURE',
]);
/** Of a connection that a broker closed before it answered. */
function closedText(usesTls: boolean | undefined): string {
  const closed = 'the broker closed the connection before it answered, which happens';
  if (usesTls === undefined) return `${closed} where only one of client and broker uses TLS: check tls.enabled and the port`;
  return usesTls
    ? `${closed} where the client uses TLS and the broker does not: turn TLS off (tls.enabled, clientCert, clientKey, caCert), or use the broker's TLS port`
    : `${closed} where the broker expects TLS and the client does not use it: set tls.enabled to true, or use the broker's plaintext port`;
}

const CLIENT_CERTIFICATE = 'the broker demands a client certificate, or refuses the given one: check clientCert and clientKey';

const LOGIN_MISSING =
  'broker closed the connection immediately after a request was issued, which often happens when SASL is required but not provided: is SASL missing? Set saslMechanism and the settings of the login.';

export interface DialFailure {
  text: string;
  /** A retry cannot help: for example, the certificate will not change within seconds. */
  permanent: boolean;
  /** The policy refused the dial. */
  isDenied?: boolean;
  /** A broker answered, and refused the login: the others of its cluster would too. */
  isLoginRefused?: boolean;
}

/** The reason why a dial of `host:port` failed, in the words of Go's dialer. `usesTls`: whether the client uses TLS; undefined if it is not known here. */
export function dialFailure(host: string, port: number, error: unknown, usesTls?: boolean): DialFailure {
  if (error instanceof ConnectorError)
    return { text: error.message, permanent: !error.retryable && error.code !== 'cancelled', isDenied: error.code === POLICY_DENIED };
  const address = hostPort(host, port);
  const root = rootCause(error);
  if (root instanceof LoginError)
    return { text: named(address, root.message), permanent: root.isPermanent, isLoginRefused: root.isPermanent };
  const { code, message } = innermostSocketError(error);
  const text = message ?? String(error);
  if (isPermanent(error) || protocolType(error) === 'ILLEGAL_SASL_STATE')
    return { text: named(address, failureText(error)), permanent: true, isLoginRefused: isLogin(error) };
  if (code === 'ENOTFOUND') return { text: `dial tcp: lookup ${host}: no such host`, permanent: false };
  if (code === 'EAI_AGAIN') return { text: `dial tcp: lookup ${host}: temporary failure in name resolution`, permanent: false };
  if (typeof code === 'string' && CONNECT_TEXTS[code] !== undefined)
    return { text: `dial tcp ${address}: ${CONNECT_TEXTS[code]}`, permanent: false };
  if (typeof code === 'string' && UNKNOWN_AUTHORITY.has(code))
    // What follows a semicolon is Node's advice to those who start it.
    return verification(
      address,
      `certificate signed by unknown authority (${text.split(';')[0]}): put the certificate of that authority into caCert`,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return verification(address, `certificate is not valid for the host name (${text})`);
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return verification(address, 'certificate has expired or is not yet valid');
  const alert = /alert ((?:bad |unknown )?certificate(?: required| unknown)?|unknown ca|handshake failure)/i.exec(text)?.[1];
  if (alert !== undefined) return { text: `${address}: remote error: tls: ${alert}: ${CLIENT_CERTIFICATE}`, permanent: true };
  if (code === 'ECONNRESET') return { text: `${address}: ${closedText(usesTls)}`, permanent: false };
  if (
    /wrong version number|packet length too long|before secure TLS connection|socket hang up|closed (by the server|connection)|connection closed/i.test(
      text,
    )
  )
    return { text: `${address}: ${closedText(usesTls)}`, permanent: false };
  if (/timeout/i.test(text)) return { text: `dial tcp ${address}: i/o timeout`, permanent: false };
  return { text: `${address}: ${text}`, permanent: false };
}

/** Why a broker of `host:port` that took the connection closed it at the first request. A broker that is stopping does so too. */
export function loginMissing(host: string, port: number): DialFailure {
  return { text: `${hostPort(host, port)}: ${LOGIN_MISSING}`, permanent: false };
}

function verification(address: string, reason: string): DialFailure {
  return { text: `${address}: tls: failed to verify certificate: x509: ${reason}`, permanent: true };
}

/** Errors of a login name the address themselves. */
function named(address: string, text: string): string {
  return text.includes(address) ? text : `${address}: ${text}`;
}

/** The error of a socket. A name with several addresses fails with an AggregateError, of which the first error is used. */
function innermostSocketError(error: unknown): KafkaError {
  const root = rootCause(error);
  return Array.isArray(root.errors) && root.errors.length > 0 ? (root.errors[0] as KafkaError) : root;
}
