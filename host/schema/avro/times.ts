/** Times of Avro and Protobuf as texts, as Go prints them. */
import { ConnectorError } from '../../base/errors.ts';

export const NS_PER_MS = 1_000_000n;
export const NS_PER_US = 1000n;
export const NS_PER_SECOND = 1_000_000_000n;
export const NS_PER_DAY = 86_400n * NS_PER_SECOND;

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Go's time.RFC3339Nano in UTC: as many fractional digits as there are, none if there are none. */
export function rfc3339(unixNs: bigint): string {
  const fraction = ((unixNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const seconds = Number((unixNs - fraction) / NS_PER_SECOND);
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()))
    throw new ConnectorError('input.invalid', `expected a time within 8.64e15 ms of 1970, got ${unixNs} ns`);
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${date.toISOString().slice(0, -5)}${digits}Z`;
}

/** Nanoseconds since 1970 of a time as RFC 3339 writes it; null for any other text. */
export function unixNsOf(text: string): bigint | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms) ? null : BigInt(ms) * NS_PER_MS + BigInt(fraction.padEnd(9, '0'));
}
