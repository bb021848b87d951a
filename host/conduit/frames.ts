/**
 * The outermost level of Conduit's stream messages, `repeated X = 1`: Source.Run.Response and Destination.Run.Request hold records,
 * Source.Run.Request holds positions, Destination.Run.Response holds acks. A frame is one element of that field. The functions here decode nothing
 * inside a frame and cost about ten nanoseconds for each. Most of the host knows no more than this of the bytes that it moves.
 */
import { VarintReader } from '../base/varint.ts';

/** The tag of a frame: field 1, length-delimited. The length follows it. */
export const FRAME_TAG = 0x0a;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Calls `each` for every frame of a message with the offsets of its content and of its tag. Fields with other numbers are skipped. Returns false
 * if the message cannot be read; `each` has then been called for the frames before that place.
 */
export function eachFrame(message: Uint8Array, each: (start: number, end: number, tagAt: number) => void): boolean {
  const reader = new VarintReader(message);
  while (reader.at < message.length) {
    const tagAt = reader.at;
    const tag = reader.next();
    if (tag < 8) return false; // field number 0, or no varint
    switch (tag & 7) {
      case VARINT:
        if (reader.next() < 0) return false;
        break;
      case FIXED_64:
        reader.at += 8;
        break;
      case LENGTH_DELIMITED: {
        const length = reader.next();
        const start = reader.at;
        if (length < 0 || start + length > message.length) return false;
        if (tag >>> 3 === 1) each(start, start + length, tagAt);
        reader.at = start + length;
        break;
      }
      case FIXED_32:
        reader.at += 4;
        break;
      default:
        return false;
    }
  }
  return reader.at === message.length;
}

/** The number of frames in a message, and the offsets of the content of the last frame; `start` is -1 if there is no frame. */
export interface Survey {
  count: number;
  start: number;
  end: number;
}

/** Null if the message cannot be read. */
export function surveyFrames(message: Uint8Array): Survey | null {
  const small = surveySmallFrames(message);
  if (small !== 'other') return small;
  const survey: Survey = { count: 0, start: -1, end: 0 };
  const isReadable = eachFrame(message, (start, end) => {
    survey.count++;
    survey.start = start;
    survey.end = end;
  });
  return isReadable ? survey : null;
}

/**
 * `surveyFrames` for a message that holds only frames below 16 KiB, as nearly all do; 'other' for any other message. It runs for every message,
 * which is for every record in arch-v1, so it reads the lengths itself.
 */
export function surveySmallFrames(message: Uint8Array): Survey | null | 'other' {
  const size = message.length;
  let count = 0;
  let start = -1;
  let end = 0;
  while (end < size) {
    if (message[end] !== FRAME_TAG) return 'other';
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
  return end === size ? { count, start, end } : null; // if a length byte is missing, `end` is NaN
}

/** The number of frames in a message; null if it cannot be read. */
export function countFrames(message: Uint8Array): number | null {
  return surveyFrames(message)?.count ?? null;
}

/** The content of the last frame as a view; null if there is none, or if the message cannot be read. */
export function lastFrame(message: Uint8Array): Uint8Array | null {
  const survey = surveyFrames(message);
  return survey === null || survey.count === 0 ? null : message.subarray(survey.start, survey.end);
}
