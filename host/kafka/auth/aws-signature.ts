/**
 * AWS Signature Version 4 in the query of a request (a "presigned URL"). It is code of our own because the libraries for it bring 8 MB for one chain of
 * HMACs; it is tested against the values that AWS publishes.
 */
import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** SHA-256 of nothing. */
const EMPTY_PAYLOAD = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface SignedRequest {
  accessKeyId: string;
  secretAccessKey: string;
  /** Empty: long-lived credentials. */
  sessionToken: string;
  region: string;
  service: string;
  method: string;
  /** The one signed header. */
  host: string;
  /** As it is sent: encoded. */
  path: string;
  query: Readonly<Record<string, string>>;
  date: Date;
  expiresSeconds: number;
  /** Default: that of an empty payload. */
  payloadHash?: string;
}

/** The parameters that the signature adds to the query. */
export function signatureParameters(request: SignedRequest): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken, region, service, method, host, path, query, expiresSeconds } = request;
  const date = `${request.date.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const added: Record<string, string> = {
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(sessionToken === '' ? {} : { 'X-Amz-Security-Token': sessionToken }),
  };
  const pairs = Object.entries({ ...query, ...added }).map(([name, value]) => [encoded(name), encoded(value)] as const);
  const canonicalQuery = pairs
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map((pair) => pair.join('='))
    .join('&');
  const canonical = [method, path, canonicalQuery, `host:${host}`, '', 'host', request.payloadHash ?? EMPTY_PAYLOAD].join('\n');
  const toSign = [ALGORITHM, date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secretAccessKey}`);
  return { ...added, 'X-Amz-Signature': hmac(key, toSign).toString('hex') };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
