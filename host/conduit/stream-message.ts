/**
 * Reads, cuts and joins stream messages. Their only field is repeated, so that concatenated messages are one message with the records of all:
 * batches are made in this way.
 */
import { ConnectorError } from '../base/errors.ts';
import { varintBytes, writeVarint } from '../base/varint.ts';
import { eachFrame, FRAME_TAG, surveySmallFrames } from './frames.ts';

/** A message that holds nothing but frames: records, acks or positions of acknowledged records. */
export interface StreamMessage {
  bytes: Uint8Array;
  /** The number of frames. */
  count: number;
}

/**
 * Checks the framing of a message, counts its frames and removes fields with other numbers. A truncated message must be refused here, because it
 * would swallow the message that is joined to it. The contents of the frames are the guest's to check. Throws `input.invalid`.
 */
export function readStreamMessage(message: Uint8Array, what: string): StreamMessage {
  const small = surveySmallFrames(message);
  if (small === null) throw unreadable(what);
  if (small !== 'other') return { bytes: message, count: small.count };
  // The message has large frames, or fields that this version of the protocol does not know.
  const frames: Uint8Array[] = [];
  let bytes = 0;
  walk(message, what, (start, end) => {
    frames.push(message.subarray(start, end));
    bytes += framedBytes(end - start);
  });
  return { bytes: bytes === message.length ? message : encodeFrames(frames), count: frames.length };
}

/** A message with these contents. */
export function encodeFrames(contents: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const content of contents) size += framedBytes(content.length);
  const message = Buffer.allocUnsafe(size);
  let at = 0;
  for (const content of contents) {
    at = writeFrameHeader(message, at, content.length);
    message.set(content, at);
    at += content.length;
  }
  return message;
}

/** The tag and the length that precede a content of `contentBytes`. */
export function frameHeader(contentBytes: number): Uint8Array {
  const header = Buffer.allocUnsafe(framedBytes(contentBytes) - contentBytes);
  writeFrameHeader(header, 0, contentBytes);
  return header;
}

function framedBytes(contentBytes: number): number {
  return 1 + varintBytes(contentBytes) + contentBytes;
}

function writeFrameHeader(target: Uint8Array, at: number, contentBytes: number): number {
  target[at] = FRAME_TAG;
  return writeVarint(target, at + 1, contentBytes);
}

/** The contents of the frames as views. */
export function contentsOf(message: Uint8Array, what: string): Uint8Array[] {
  const contents: Uint8Array[] = [];
  walk(message, what, (start, end) => contents.push(message.subarray(start, end)));
  return contents;
}

/** The first `count` frames of a message that holds nothing else, without a copy. */
export function firstFrames(message: Uint8Array, count: number): Uint8Array {
  let seen = 0;
  let end = 0;
  eachFrame(message, (_start, frameEnd) => {
    if (seen++ < count) end = frameEnd;
  });
  if (seen < count)
    throw new ConnectorError('guest.contract', 'a batch of the source holds fewer records than it says; this is a bug of the connector');
  return message.subarray(0, end);
}

/** A message without its first `count` frames, and without fields of other numbers before the next one; no copy. */
export function withoutFirst(message: Uint8Array, count: number): Uint8Array {
  let seen = 0;
  let from = message.length;
  eachFrame(message, (_start, _end, tagAt) => {
    if (seen++ === count) from = tagAt;
  });
  return message.subarray(from);
}

/** Cuts a message into messages of at most `maxFrames` frames. They are views. */
export function splitMessage(message: Uint8Array, maxFrames: number, what: string): StreamMessage[] {
  const parts: StreamMessage[] = [];
  let from = 0;
  let count = 0;
  walk(message, what, (_start, _end, tagAt) => {
    if (count === maxFrames) {
      parts.push({ bytes: message.subarray(from, tagAt), count });
      from = tagAt;
      count = 0;
    }
    count++;
  });
  if (count > 0) parts.push({ bytes: message.subarray(from), count });
  return parts;
}

/** One message with the frames of several. */
export function joinMessages(messages: readonly Uint8Array[]): Uint8Array {
  return messages.length === 1 ? messages[0]! : Buffer.concat(messages);
}

/** `eachFrame` that throws `input.invalid` for a message that cannot be read. */
function walk(message: Uint8Array, what: string, each: (start: number, end: number, tagAt: number) => void): void {
  if (!eachFrame(message, each)) throw unreadable(what);
}

function unreadable(what: string): ConnectorError {
  return new ConnectorError('input.invalid', `expected the protobuf bytes of ${what}, got bytes that do not decode as such`);
}
