import { ConnectorError } from '../base/errors.ts';
import { eachFrame, surveySmall } from './frames.ts';
import { encodeItems } from './protocol-messages.ts';

/** A message that holds nothing but `repeated bytes/message = 1`: records, acks and ack positions all are. */
export interface Items {
  bytes: Uint8Array;
  count: number;
}

/**
 * Checks the outer framing of such a message and counts its items; fields of other numbers are taken out. Messages can be concatenated
 * only if that framing is sound: one truncated message would swallow the next. The items themselves are left to the guest.
 */
export function itemsOf(message: Uint8Array, what: string): Items {
  const small = surveySmall(message);
  if (small === 'other') return fromUnusual(message, what);
  if (small === null) throw malformed(what);
  return { bytes: message, count: small.count };
}

/** With large items, or with fields that this version of the protocol does not know. */
function fromUnusual(message: Uint8Array, what: string): Items {
  const items: Uint8Array[] = [];
  let bytes = 0;
  const isReadable = eachFrame(message, (from, to) => {
    items.push(message.subarray(from, to));
    bytes += 1 + varintBytes(to - from) + to - from;
  });
  if (!isReadable) throw malformed(what);
  return { bytes: bytes === message.length ? message : encodeItems(items), count: items.length };
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest /= 128) bytes++;
  return bytes;
}

function malformed(what: string): ConnectorError {
  return new ConnectorError('input.invalid', `expected the protobuf bytes of ${what}, got bytes that do not decode as such`);
}
