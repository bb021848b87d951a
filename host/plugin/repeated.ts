import { ConnectorError } from '../errors.ts';
import { eachFrame } from '../runtime/frames.ts';
import { encodeItems } from './messages.ts';

/** The tag of field 1, length-delimited: records, acks and ack positions are all `repeated ... = 1`. */
const ITEM_TAG = 0x0a;

/** A message that holds nothing but `repeated bytes/message = 1`. */
export interface Items {
  bytes: Uint8Array;
  count: number;
}

/**
 * Checks the outer framing of such a message and counts its items; fields of other numbers are taken out. Messages can be concatenated
 * only if that framing is sound: one truncated message would swallow the next. The items themselves are left to the guest.
 * In arch-v1 this runs once for every record, hence a loop of its own for the common case.
 */
export function itemsOf(message: Uint8Array, what: string): Items {
  const end = message.length;
  let count = 0;
  let at = 0;
  while (at < end) {
    if (message[at] !== ITEM_TAG) return fromUnusual(message, what);
    const first = message[at + 1]!;
    const second = message[at + 2]!;
    if (first < 0x80) at += 2 + first;
    else if (second < 0x80) at += 3 + (first & 0x7f) + (second << 7);
    else return fromUnusual(message, what);
    count++;
  }
  if (at !== end) throw malformed(what); // also when a length byte was missing: NaN
  return { bytes: message, count };
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
