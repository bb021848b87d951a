// The outermost level of Conduit's stream messages: `repeated X = 1`. Source.Run.Response and Destination.Run.Request hold
// records there, Source.Run.Request positions, Destination.Run.Response acks. Walking over it decodes nothing inside, costs some
// ten nanoseconds for each element, and is all that the host has to know of these bytes.

/** One element: where its bytes begin and end. */
export interface Frame {
  start: number;
  end: number;
}

/**
 * Walks over a message, calls `each` for every element of field 1: where its content begins and ends, and where its tag is. False if the
 * message cannot be read. Other fields are skipped.
 */
export function eachFrame(message: Uint8Array, each: (start: number, end: number, tagAt: number) => void): boolean {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      if (at >= message.length) return -1;
      const byte = message[at++]!;
      if (shift < 28) value |= (byte & 0x7f) << shift;
      else value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < message.length) {
    const tagAt = at;
    const tag = varint();
    if (tag < 8) return false;
    switch (tag & 7) {
      case 0:
        if (varint() < 0) return false;
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (length < 0 || at + length > message.length) return false;
        if (tag >>> 3 === 1) each(at, at + length, tagAt);
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return false;
    }
  }
  return at === message.length;
}

/** The tag of field 1, length-delimited. */
const ELEMENT_TAG = 0x0a;

/** How many elements a message holds, and where the last one is. */
export interface Survey extends Frame {
  count: number;
}

/**
 * Of a message that holds nothing but elements below 16 KiB, as nearly all do; null: it cannot be read; 'other': it is another one.
 * Runs for every batch, in arch-v1 for every record, and does nothing that it need not.
 */
export function surveySmall(message: Uint8Array): Survey | null | 'other' {
  const size = message.length;
  let count = 0;
  let start = -1;
  let end = 0;
  while (end < size) {
    if (message[end] !== ELEMENT_TAG) return 'other';
    let length = message[end + 1]!;
    start = end + 2;
    if (length >= 0x80) {
      const more = message[start++]!;
      if (more >= 0x80) return 'other';
      length = (length & 0x7f) | (more << 7);
    }
    end = start + length;
    count++;
  }
  return end === size ? { count, start, end } : null; // also when a length byte was missing: NaN
}

function survey(message: Uint8Array): Survey | null {
  const small = surveySmall(message);
  return small === 'other' ? surveyAny(message) : small;
}

function surveyAny(message: Uint8Array): Survey | null {
  const all: Survey = { count: 0, start: -1, end: 0 };
  const readable = eachFrame(message, (from, to) => {
    all.count++;
    all.start = from;
    all.end = to;
  });
  return readable ? all : null;
}

/** How many elements a message holds; null if it cannot be read. */
export function countRecords(message: Uint8Array): number | null {
  return survey(message)?.count ?? null;
}

function lastFrame(message: Uint8Array): Uint8Array | null {
  const all = survey(message);
  return all === null || all.count === 0 ? null : message.subarray(all.start, all.end);
}

/** The last element of a Source.Run.Request: a view, not a copy. */
export function lastAckedPosition(acks: Uint8Array): Uint8Array | null {
  return lastFrame(acks);
}

/** The position (field 1 of opencdc.v1.Record) of the last record of a Source.Run.Response: a view, not a copy. */
export function lastRecordPosition(batch: Uint8Array): Uint8Array | null {
  const record = lastFrame(batch);
  return record === null ? null : lastFrame(record);
}

/** A message without its first `count` elements. Fields other than 1 are dropped. */
export function withoutFirst(message: Uint8Array, count: number): Uint8Array {
  let seen = 0;
  let from = message.length;
  eachFrame(message, (_start, _end, tagAt) => {
    if (seen++ === count) from = tagAt;
  });
  return message.subarray(from);
}
