// The outermost level of Conduit's stream messages: `repeated X = 1`. Source.Run.Response and Destination.Run.Request hold
// records there, Source.Run.Request positions, Destination.Run.Response acks. Walking over it decodes nothing inside, costs some
// ten nanoseconds for each element, and is all that the host has to know of these bytes.

/** One element: where its bytes begin and end. */
export interface Frame {
  start: number;
  end: number;
}

/** Walks over a message, calls `each` for every element of field 1; false if it cannot be read. Other fields are skipped. */
export function eachFrame(message: Uint8Array, each: (start: number, end: number) => void): boolean {
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
        if (tag >>> 3 === 1) each(at, at + length);
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

/** How many elements a message holds; null if it cannot be read. */
export function countRecords(message: Uint8Array): number | null {
  let count = 0;
  return eachFrame(message, () => count++) ? count : null;
}

function lastFrame(message: Uint8Array): Uint8Array | null {
  let start = -1;
  let end = -1;
  const readable = eachFrame(message, (from, to) => {
    start = from;
    end = to;
  });
  return readable && start >= 0 ? message.subarray(start, end) : null;
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
  let previousEnd = 0;
  eachFrame(message, (_start, end) => {
    // The tag and length of an element begin where the element before it ended.
    if (seen++ === count) from = previousEnd;
    previousEnd = end;
  });
  return message.subarray(from);
}
