import { decodeRecords, type Data, type OpenCdcRecord } from '../../conduit/record.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { printedHeaders, type PrintedHeader } from './printed-headers.ts';

const NANOSECONDS_PER_MS = 1_000_000n;

/** What the formats print of a record. */
export interface PrintedRecord {
  /** Null if the record names none. */
  topic: string | null;
  /** Null if the position is not one of Kafka. */
  partition: number | null;
  offset: bigint | null;
  /** Null if the record has none. */
  timestampMs: bigint | null;
  key: Data;
  /** Null for a tombstone. */
  value: Data;
  headers: PrintedHeader[];
}

/** The records of a batch of a source. Throws `input.invalid`. */
export function printedRecords(batch: Uint8Array): (PrintedRecord & { position: Uint8Array })[] {
  return decodeRecords(batch).map((record) => ({ ...placeOf(record.position), ...contentOf(record), position: record.position }));
}

function contentOf({ metadata, key, payload }: OpenCdcRecord): Pick<PrintedRecord, 'topic' | 'timestampMs' | 'key' | 'value' | 'headers'> {
  const createdAt = metadata['opencdc.createdAt'];
  const isTime = createdAt !== undefined && /^-?\d+$/.test(createdAt);
  return {
    topic: metadata['opencdc.collection'] ?? null,
    timestampMs: isTime ? BigInt(createdAt) / NANOSECONDS_PER_MS : null,
    key,
    value: payload.after,
    headers: printedHeaders(metadata),
  };
}

/** Partition and offset, which only the position has. Its JSON is read as text, because an offset may have more digits than JavaScript's numbers. */
function placeOf(position: Uint8Array): Pick<PrintedRecord, 'partition' | 'offset'> {
  const text = textOf(position) ?? '';
  const [, partition, offset] = /"Partition":(\d+),"Offset":(\d+)\}$/.exec(text) ?? [];
  return partition === undefined || offset === undefined
    ? { partition: null, offset: null }
    : { partition: Number(partition), offset: BigInt(offset) };
}

/** The text of UTF-8 bytes; null if they are none. A byte order mark stays. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    const text = decodeUtf8(bytes, () => NOT_UTF8);
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return hasMark ? `\ufeff${text}` : text;
  } catch {
    return null;
  }
}

const NOT_UTF8 = new Error('not UTF-8');
