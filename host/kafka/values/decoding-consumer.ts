import { ConnectorError } from '../../base/errors.ts';
import { Deadline } from '../../base/deadline.ts';
import { settles } from '../../base/wait.ts';
import { RecordQueue } from '../consume/record-queue.ts';

import type { Fetched, PartitionCommit, Topic } from '../contract.ts';
import type { ConsumerHandle, Reading } from '../handles.ts';
import { RecordRewriter } from '../records/record-rewriter.ts';
import { RecordCursor } from '../records/record-set.ts';
import type { Decoder, Decoding } from './translation.ts';

/** Structured data has the names of its fields in it, so it is larger than what is decoded. */
const GROWTH = 4;
const SPARE_BYTES = 1024;
/** Decoded records wait only for the guest's next poll: nothing more is fetched while any waits. */
const UNBOUNDED = { maxRecords: Infinity, maxBytes: Infinity };

/** A consumer whose keys and values are decoded. While a schema is looked up, `poll` returns nothing, so that acks are not kept waiting. */
export class DecodingConsumer implements ConsumerHandle {
  readonly #inner: ConsumerHandle;
  readonly #decoding: Decoding;
  readonly #queue = new RecordQueue(UNBOUNDED);
  #loading: Promise<void> | null = null;
  #woken = new AbortController();
  #failure: ConnectorError | null = null;

  constructor(inner: ConsumerHandle, decoding: Decoding) {
    this.#inner = inner;
    this.#decoding = decoding;
  }

  async poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]> {
    const deadline = Deadline.after(maxWaitMs);
    if (this.#queue.empty && this.#failure === null) {
      if (this.#loading === null) this.#take(await this.#inner.poll(maxRecords, maxBytes, maxWaitMs));
      if (this.#loading !== null) {
        this.#woken = new AbortController();
        if (!(await settles(this.#loading, deadline.leftMs, this.#woken.signal))) return [];
      }
    }
    if (this.#queue.empty && this.#failure !== null) throw this.#failure;
    return this.#queue.take(maxRecords, maxBytes);
  }

  wake(): void {
    this.#woken.abort();
    this.#inner.wake();
  }

  commit(offsets: PartitionCommit[]): Promise<void> {
    return this.#inner.commit(offsets);
  }

  listTopics(): Promise<Topic[]> {
    return this.#inner.listTopics();
  }

  subscribe(topics: readonly string[]): Promise<void> {
    return this.#inner.subscribe(topics);
  }

  get outage(): ConnectorError | null | undefined {
    return this.#decoding.unreachable ?? this.#inner.outage;
  }

  get reading(): Reading | undefined {
    const reading = this.#inner.reading;
    if (reading === undefined) return undefined;
    // While schemas are looked up, the records that wait for them are not counted one by one.
    return { ...reading, queued: reading.queued + this.#queue.records + (this.#loading === null ? 0 : 1) };
  }

  async close(): Promise<void> {
    this.#decoding.close();
    this.#woken.abort();
    await this.#inner.close();
  }

  /** Decodes at once if all schemas are there, else as soon as they are. */
  #take(fetched: Fetched[]): void {
    const missing = this.#missing(fetched);
    if (missing.length === 0) return this.#decode(fetched);
    this.#loading = Promise.all(missing)
      .then(
        () => this.#decode(fetched),
        (error: unknown) => void (this.#failure = ConnectorError.from(error)),
      )
      .finally(() => (this.#loading = null));
  }

  #missing(fetched: Fetched[]): Promise<void>[] {
    const missing = new Set<Promise<void>>();
    const { key, value } = this.#decoding;
    for (const { records } of fetched) {
      const cursor = new RecordCursor(records.records);
      while (cursor.next()) {
        const keyed = key === null || cursor.keyLength < 0 ? undefined : key.prepare(keyOf(cursor));
        if (keyed !== undefined) missing.add(keyed);
        if (value === null) continue;
        cursor.readValue();
        const valued = cursor.valueLength < 0 ? undefined : value.prepare(valueOf(cursor));
        if (valued !== undefined) missing.add(valued);
      }
    }
    return [...missing];
  }

  /** Records before one that cannot be decoded are delivered; those after it are dropped, because the source ends with its error. */
  #decode(fetched: Fetched[]): void {
    for (const set of fetched) {
      const { records } = set;
      const cursor = new RecordCursor(records.records);
      const rewriter = new RecordRewriter(records.records.length * GROWTH + SPARE_BYTES);
      try {
        while (cursor.next()) {
          cursor.readValue();
          // The key is copied, because the decoders may share their buffer.
          const key = cursor.keyLength < 0 ? null : this.#part(this.#decoding.key, keyOf(cursor), 'key', set, cursor);
          const kept = key === null || this.#decoding.key === null || this.#decoding.value === null ? key : Uint8Array.from(key);
          const value = cursor.valueLength < 0 ? null : this.#part(this.#decoding.value, valueOf(cursor), 'value', set, cursor);
          rewriter.append(cursor, kept, value);
        }
      } catch (error) {
        this.#failure = ConnectorError.from(error);
      }
      // A set without records has a meaning of its own.
      if (rewriter.count > 0 || records.count === 0)
        this.#queue.push({ ...set, records: { ...records, count: rewriter.count, records: rewriter.finish() } });
      if (this.#failure !== null) return;
    }
  }

  #part(
    decoder: Decoder | null,
    bytes: Uint8Array,
    part: string,
    { topic, partition, records }: Fetched,
    cursor: RecordCursor,
  ): Uint8Array {
    if (decoder === null) return bytes;
    try {
      return decoder.decode(bytes);
    } catch (thrown) {
      if (this.#decoding.keepUndecodable) return decoder.keep(bytes);
      const { code, message, fields } = ConnectorError.from(thrown);
      const offset = String(records.baseOffset + BigInt(cursor.offsetDelta));
      const where = `the ${part} of the record at offset ${offset} of topic-partition ${topic}-${partition}`;
      throw new ConnectorError(code, `${where} cannot be decoded: ${message}; onUndecodable "raw" passes such records on as they are`, {
        cause: thrown,
        fields: { ...fields, topic, partition: String(partition), offset },
      });
    }
  }
}

function keyOf({ bytes, keyStart, keyLength }: RecordCursor): Uint8Array {
  return bytes.subarray(keyStart, keyStart + keyLength);
}

function valueOf({ bytes, valueStart, valueLength }: RecordCursor): Uint8Array {
  return bytes.subarray(valueStart, valueStart + valueLength);
}
