/** The stock records path: kafkajs' message objects packed into record sets and back. Slower; what it is for is comparing. */
import type { RecordSet } from '../../runtime/contract.ts';
import type { KafkaMessage, Message } from '../kafkajs/kafkajs.ts';
import { RecordCursor } from './record-set.ts';

const LOG_APPEND_TIME = 1;
/** kafkajs gives each message the context of its batch, which its types leave out. */
type StockMessage = KafkaMessage & { batchContext?: { timestampType?: number } };
type HeaderValue = Buffer | string | null | undefined;

/** One record set per run of messages with one timestamp type. */
export function packMessages(messages: readonly KafkaMessage[]): RecordSet[] {
  const sets: RecordSet[] = [];
  let run: StockMessage[] = [];
  const typeOf = (message: StockMessage): number => message.batchContext?.timestampType ?? 0;
  const flush = (): void => {
    if (run.length > 0) sets.push(pack(run, typeOf(run[0]!) === LOG_APPEND_TIME));
    run = [];
  };
  for (const message of messages as readonly StockMessage[]) {
    if (run.length > 0 && typeOf(run[0]!) !== typeOf(message)) flush();
    run.push(message);
  }
  flush();
  return sets;
}

function pack(messages: StockMessage[], logAppendTime: boolean): RecordSet {
  const baseOffset = BigInt(messages[0]!.offset);
  const baseTimestamp = BigInt(messages[0]!.timestamp);
  const writer = new Writer();
  for (const message of messages) {
    const body = new Writer();
    body.byte(0);
    body.varint(Number(BigInt(message.timestamp) - baseTimestamp));
    body.varint(Number(BigInt(message.offset) - baseOffset));
    body.bytes(message.key);
    body.bytes(message.value);
    const headers = headerPairs(message.headers);
    body.varint(headers.length);
    for (const [name, value] of headers) {
      body.bytes(Buffer.from(name, 'utf8'));
      body.bytes(value === null || value === undefined ? null : Buffer.from(value));
    }
    writer.bytes(body.take());
  }
  return { baseOffset, baseTimestamp, count: messages.length, records: writer.take(), logAppendTime };
}

function headerPairs(headers: Record<string, HeaderValue | HeaderValue[]> | undefined): [string, HeaderValue][] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one): [string, HeaderValue] => [name, one]) : [[name, value] as [string, HeaderValue]],
  );
}

/** The messages of a record set, all for one partition. A null header becomes an empty one: kafkajs cannot write null. */
export function unpackMessages(set: RecordSet, partition: number): Message[] {
  const messages: Message[] = [];
  const cursor = new RecordCursor(set.records);
  while (cursor.next()) {
    const reader = new Reader(set.records, cursor.keyStart);
    const key = reader.sized(cursor.keyLength);
    const value = reader.sized(reader.varint());
    const headers: Record<string, Buffer | Buffer[]> = {};
    for (let left = reader.varint(); left > 0; left--) {
      const name = reader.sized(reader.varint())!.toString('utf8');
      const one = reader.sized(reader.varint()) ?? Buffer.alloc(0);
      const known = headers[name];
      headers[name] = known === undefined ? one : Array.isArray(known) ? [...known, one] : [known, one];
    }
    messages.push({ key, value, headers, partition, timestamp: String(set.baseTimestamp + BigInt(cursor.timestampDelta)) });
  }
  return messages;
}

class Writer {
  readonly #parts: Buffer[] = [];

  byte(value: number): void {
    this.#parts.push(Buffer.of(value));
  }
  /** Zigzag; exact to 53 bits. */
  varint(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    const bytes: number[] = [];
    while (rest >= 0x80) {
      bytes.push((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
    this.#parts.push(Buffer.from(bytes));
  }
  bytes(value: Uint8Array | null): void {
    this.varint(value === null ? -1 : value.length);
    if (value !== null) this.#parts.push(Buffer.from(value.buffer, value.byteOffset, value.length));
  }
  take(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }
  varint(): number {
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  /** The next `length` bytes, not copied; null for -1. */
  sized(length: number): Buffer | null {
    if (length < 0) return null;
    const { buffer, byteOffset } = this.#bytes;
    const at = this.#at;
    this.#at += length;
    return Buffer.from(buffer, byteOffset + at, length);
  }
}
