import { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import { after } from '../../base/wait.ts';
import type { Outgoing, SendFailure } from '../contract.ts';
import type { ProducerHandle } from '../handles.ts';
import { RecordRewriter } from '../records/record-rewriter.ts';
import { RecordCursor } from '../records/record-set.ts';
import type { Encoding } from './translation.ts';

type Encode = (data: Uint8Array) => Uint8Array;

/** A producer whose keys and values are encoded. A record that cannot be encoded is refused alone, before anything is sent. */
export class EncodingProducer implements ProducerHandle {
  readonly #inner: ProducerHandle;
  readonly #encoding: Encoding;
  readonly #deliveryTimeoutMs: number;
  readonly #closing = new AbortController();

  /** `deliveryTimeoutMs`: so long a schema is waited for; 0 = without a limit. */
  constructor(inner: ProducerHandle, encoding: Encoding, deliveryTimeoutMs: number) {
    this.#inner = inner;
    this.#encoding = encoding;
    this.#deliveryTimeoutMs = deliveryTimeoutMs;
  }

  async send(outgoing: Outgoing[]): Promise<SendFailure[]> {
    const failures: SendFailure[] = [];
    /** For each record that is sent, its number in `outgoing`. */
    const numbers: number[] = [];
    const sent: Outgoing[] = [];
    const deadline = this.#deliveryTimeoutMs === 0 ? Deadline.never : Deadline.after(this.#deliveryTimeoutMs);
    let first = 0;
    for (const one of outgoing) {
      const { count } = one.records;
      try {
        const key = await this.#prepared('key', one.topic, deadline);
        const value = await this.#prepared('value', one.topic, deadline);
        const encoded = encode(
          one,
          { key, value },
          (index) => numbers.push(first + index),
          (index, error) => failures.push(failure(first + index, error)),
        );
        if (encoded !== null) sent.push(encoded);
      } catch (thrown) {
        // `schema.mismatch` is the failure of one record, and this is one of the topic.
        const { code, message } = ConnectorError.from(thrown);
        const error = code === 'schema.mismatch' ? new ConnectorError('schema.rejected', message) : thrown;
        for (let i = 0; i < count; i++) failures.push(failure(first + i, error));
      }
      first += count;
    }
    if (sent.length > 0)
      for (const { index, reason } of await this.#inner.send(sent)) failures.push({ index: numbers[index] ?? index, reason });
    return failures.sort((a, b) => a.index - b.index);
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectorError('cancelled', 'the producer is closed'));
    this.#encoding.close();
    await this.#inner.close();
  }

  async #prepared(part: 'key' | 'value', topic: string, deadline: Deadline): Promise<Encode | null> {
    const encoder = this.#encoding[part];
    if (encoder === null) return null;
    const over = new AbortController();
    const cancel = after(deadline.leftMs, () => over.abort());
    try {
      return await encoder.prepare(topic, AbortSignal.any([over.signal, this.#closing.signal]));
    } finally {
      cancel();
    }
  }
}

/** The set with encoded records, those that cannot be encoded left out; null if none is left. */
function encode(
  outgoing: Outgoing,
  { key, value }: { key: Encode | null; value: Encode | null },
  good: (index: number) => void,
  bad: (index: number, error: unknown) => void,
): Outgoing | null {
  const { records } = outgoing;
  const cursor = new RecordCursor(records.records);
  const rewriter = new RecordRewriter(records.records.length + 1024);
  for (let index = 0; cursor.next(); index++) {
    cursor.readValue();
    const { bytes, keyStart, keyLength, valueStart, valueLength } = cursor;
    const keyBytes = keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength);
    const valueBytes = valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength);
    let part = 'key';
    try {
      const encodedKey = key === null || keyBytes === null ? keyBytes : key(keyBytes);
      part = 'value';
      const encodedValue = value === null || valueBytes === null ? valueBytes : value(valueBytes);
      rewriter.append(cursor, encodedKey, encodedValue, rewriter.count);
      good(index);
    } catch (error) {
      const { code, message } = ConnectorError.from(error);
      bad(index, new ConnectorError(code, `the ${part} cannot be encoded: ${message}`));
    }
  }
  if (rewriter.count === 0) return null;
  return { ...outgoing, records: { ...records, count: rewriter.count, records: rewriter.finish() } };
}

function failure(index: number, error: unknown): SendFailure {
  const { kind, code, message } = ConnectorError.from(error);
  return { index, reason: { kind, code, text: message } };
}
