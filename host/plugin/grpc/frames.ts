import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { STATUS, StatusError } from './status.ts';

/** Length of the prefix of a gRPC message: one flag byte, four bytes of length. */
export const PREFIX_BYTES = 5;

export function writePrefix(target: Uint8Array, length: number): void {
  target[0] = 0;
  target[1] = length >>> 24;
  target[2] = length >>> 16;
  target[3] = length >>> 8;
  target[4] = length;
}

/** Prefix and message in one buffer. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  writePrefix(framed, message.length);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/** A message over the limit. `begin` is as much of it as has come. */
export class MessageTooLarge extends StatusError {
  readonly begin: Buffer;

  constructor(bytes: number, maxBytes: number, begin: Buffer) {
    const advice =
      maxBytes < DEFAULT_LIMITS.writeBytes
        ? 'raise connectors.max-receive-record-size or send smaller batches'
        : 'the connector has no memory for more, send smaller batches';
    super(STATUS.resourceExhausted, `grpc: received message larger than max (${bytes} vs. ${maxBytes}): ${advice}`);
    this.begin = begin;
  }
}

/**
 * Cuts a byte stream into messages. A message that lies in one chunk is passed on as a view of it. A message that spans chunks is concatenated
 * once, when its last byte has arrived.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #message: (bytes: Buffer) => void;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #neededBytes = 0;

  constructor(maxBytes: number, message: (bytes: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#message = message;
  }

  /** True between two messages. */
  get atBoundary(): boolean {
    return this.#pieceBytes === 0;
  }

  /** Throws StatusError for a malformed prefix or a message over the limit; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    let data = chunk;
    if (this.#pieceBytes > 0) {
      this.#pieces.push(data);
      this.#pieceBytes += data.length;
      if (this.#pieceBytes < this.#neededBytes) return;
      data = Buffer.concat(this.#pieces, this.#pieceBytes);
      this.#pieces = [];
      this.#pieceBytes = 0;
    }
    let start = 0;
    while (data.length - start >= PREFIX_BYTES) {
      const end = start + PREFIX_BYTES + this.#lengthAt(data, start);
      if (end > data.length) break;
      this.#message(data.subarray(start + PREFIX_BYTES, end));
      start = end;
    }
    if (start < data.length) {
      const rest = data.subarray(start);
      this.#pieces.push(rest);
      this.#pieceBytes = rest.length;
      this.#neededBytes = PREFIX_BYTES + (rest.length < PREFIX_BYTES ? 0 : this.#lengthAt(rest, 0));
    }
  }

  #lengthAt(data: Buffer, start: number): number {
    const flag = data[start];
    if (flag === 1) {
      throw new StatusError(
        STATUS.unimplemented,
        'expected an uncompressed message, got one with the compressed flag: send with identity encoding',
      );
    }
    if (flag !== 0) throw new StatusError(STATUS.internal, `expected a gRPC message, got a prefix that starts with byte ${String(flag)}`);
    const length = data.readUInt32BE(start + 1);
    if (length > this.#maxBytes) throw new MessageTooLarge(length, this.#maxBytes, data.subarray(start + PREFIX_BYTES));
    return length;
  }
}
