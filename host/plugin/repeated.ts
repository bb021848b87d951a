import { ConnectorError } from '../errors.ts';

/** The tag of field 1, length-delimited: records, acks and ack positions are all `repeated ... = 1`. */
const ITEM_TAG = 0x0a;

/** A message whose only field of interest is `repeated bytes/message = 1`, with everything else taken out. */
export interface Items {
  bytes: Uint8Array;
  count: number;
}

/**
 * Checks the outer framing of such a message and counts its items. Messages of this shape can be concatenated only if that framing
 * is sound: one truncated message would swallow the next. The items themselves are left to the guest.
 */
export function itemsOf(message: Uint8Array, what: string): Items {
  const end = message.length;
  let count = 0;
  let at = 0;
  while (at < end) {
    if (message[at] !== ITEM_TAG) return withoutUnknownFields(message, what);
    let length = message[at + 1]!;
    if (length < 0x80) at += 2 + length;
    else {
      length = 0;
      let shift = 0;
      let byte: number;
      at++;
      do {
        if (at >= end || shift > 28) throw malformed(what);
        byte = message[at++]!;
        length += (byte & 0x7f) * 2 ** shift;
        shift += 7;
      } while (byte >= 0x80);
      at += length;
    }
    count++;
  }
  if (at !== end) throw malformed(what); // also when the length byte was missing: NaN
  return { bytes: message, count };
}

/** Calls `visit` with a view of every item; the framing must have been checked. */
export function eachItem(message: Uint8Array, visit: (item: Uint8Array) => void): void {
  let at = 0;
  while (at < message.length) {
    const [length, start] = varint(message, at + 1, 'message');
    visit(message.subarray(start, start + length));
    at = start + length;
  }
}

function withoutUnknownFields(message: Uint8Array, what: string): Items {
  const kept: Uint8Array[] = [];
  let at = 0;
  while (at < message.length) {
    const start = at;
    const [tag, afterTag] = varint(message, at, what);
    at = endOfField(message, tag, afterTag, what);
    if (tag === ITEM_TAG) kept.push(message.subarray(start, at));
    else if (tag >>> 3 === 1) throw malformed(what);
  }
  return { bytes: kept.length === 1 ? kept[0]! : Buffer.concat(kept), count: kept.length };
}

function endOfField(message: Uint8Array, tag: number, start: number, what: string): number {
  let end: number;
  if (tag >>> 3 === 0) throw malformed(what);
  switch (tag & 7) {
    case 0:
      end = start;
      while (end < message.length && message[end]! >= 0x80) end++;
      end++;
      if (end - start > 10) throw malformed(what);
      break;
    case 1:
      end = start + 8;
      break;
    case 2: {
      const [length, afterLength] = varint(message, start, what);
      end = afterLength + length;
      break;
    }
    case 5:
      end = start + 4;
      break;
    default: // groups are not part of proto3
      throw malformed(what);
  }
  if (end > message.length) throw malformed(what);
  return end;
}

function varint(message: Uint8Array, start: number, what: string): [value: number, end: number] {
  let value = 0;
  for (let shift = 0, at = start; shift <= 28; shift += 7) {
    const byte = message[at++];
    if (byte === undefined) throw malformed(what);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
  throw malformed(what);
}

function malformed(what: string): ConnectorError {
  return new ConnectorError('input.invalid', `expected the protobuf bytes of ${what}, got bytes that do not decode as such`);
}
