import { constants, type OutgoingHttpHeaders } from 'node:http2';

/** The status codes of gRPC that this server sends. */
export const STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;
export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

/** The status with which a call ends. Conduit shows the message to its user and ignores the code, except UNIMPLEMENTED. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: StatusCode;

  constructor(status: StatusCode, message: string) {
    super(message);
    this.status = status;
  }

  static from(error: unknown): StatusError {
    if (error instanceof StatusError) return error;
    return new StatusError(STATUS.unknown, error instanceof Error ? error.message : String(error));
  }
}

const MAX_MESSAGE_BYTES = 8192;
/** Conduit takes these two texts for its own cancellation: if a stream ends with one, the pipeline stops silently or Conduit loops. */
const RESERVED = new Set(['context canceled', 'context deadline exceeded']);

/** `grpc-message`: UTF-8, everything outside printable ASCII and the percent sign itself percent-encoded. */
export function encodeMessage(message: string): string {
  const bytes = Buffer.from(message, 'utf8');
  let text = '';
  for (const byte of bytes) {
    if (text.length >= MAX_MESSAGE_BYTES) return `${text}...`;
    text +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

export function trailersOf(error: StatusError | null): OutgoingHttpHeaders {
  if (error === null) return { 'grpc-status': '0' };
  const message = RESERVED.has(error.message) ? `the connector ended the call: ${error.message}` : error.message;
  return { 'grpc-status': String(error.status), 'grpc-message': encodeMessage(message) };
}

/** Headers of every answer; with an error also its trailers ("trailers only" of gRPC over HTTP/2). */
export const RESPONSE_HEADERS: OutgoingHttpHeaders = {
  [constants.HTTP2_HEADER_STATUS]: 200,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  'grpc-encoding': 'identity',
  'grpc-accept-encoding': 'identity',
};
