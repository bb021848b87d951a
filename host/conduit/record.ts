/** `opencdc.v1.Record` as an object, for Node programs. Plugin and command line never make one: they move records as bytes. */
import { ConnectorError } from '../base/errors.ts';
import { encodeRecord, type Structured } from './json-record.ts';
import { dataOf, eachField, readEntry } from './record-fields.ts';
import { contentsOf, encodeFrames } from './stream-message.ts';
import { readPlainStruct } from './struct-reader.ts';
import { CHANGE, RECORD } from './tags.ts';

export type Operation = 'create' | 'update' | 'delete' | 'snapshot';

/** Bytes, structured data (a JSON object), or null for no data. Null and empty are different. */
export type Data = Uint8Array | Structured | null;

/** A record as OpenCDC defines it. */
export interface OpenCdcRecord {
  /** The opaque position from which the source resumes after this record. Empty in a record that a program makes itself. */
  position: Uint8Array;
  operation: Operation;
  /** `opencdc.collection`, `kafka.header.*` and so on. */
  metadata: Record<string, string>;
  key: Data;
  payload: { before: Data; after: Data };
}

const OPERATIONS: readonly Operation[] = ['create', 'update', 'delete', 'snapshot'];

/** The records of a Source.Run.Response or Destination.Run.Request. Bytes are views of `batch`. Throws `input.invalid`. */
export function decodeRecords(batch: Uint8Array): OpenCdcRecord[] {
  // `subarray` of a Buffer gives Buffers, and the type promises plain Uint8Arrays.
  return contentsOf(new Uint8Array(batch.buffer, batch.byteOffset, batch.length), 'records').map(decodeRecord);
}

/** A Destination.Run.Request with these records. Throws `input.invalid`, naming the record by its index. */
export function encodeRecords(records: readonly OpenCdcRecord[]): Uint8Array {
  return encodeFrames(
    records.map((record, index) => {
      try {
        return encodeRecord(record);
      } catch (error) {
        const { code, message } = ConnectorError.from(error);
        throw new ConnectorError(code, `records[${index}]: ${message}`, { cause: error });
      }
    }),
  );
}

function decodeRecord(bytes: Uint8Array): OpenCdcRecord {
  const record: OpenCdcRecord = {
    position: new Uint8Array(0),
    operation: 'create',
    metadata: Object.create(null) as Record<string, string>,
    key: null,
    payload: { before: null, after: null },
  };
  try {
    eachField(bytes, (tag, reader) => {
      if (tag === RECORD.position) record.position = reader.bytes();
      else if (tag === RECORD.operation) record.operation = operationOf(reader.int32());
      else if (tag === RECORD.metadata) {
        const [key, value] = readEntry(reader);
        record.metadata[key] = value;
      } else if (tag === RECORD.key) record.key = readData(reader.bytes());
      else if (tag === RECORD.payload) readChange(reader.bytes(), record.payload);
      else reader.skipType(tag & 7);
    });
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError('input.invalid', 'expected an opencdc.v1.Record, got bytes that do not decode as such', { cause: error });
  }
  return record;
}

function operationOf(number: number): Operation {
  const operation = OPERATIONS[number - 1];
  if (operation === undefined)
    throw new ConnectorError('input.invalid', `expected an operation of 1 to ${OPERATIONS.length}, got ${number}`);
  return operation;
}

function readChange(bytes: Uint8Array, payload: OpenCdcRecord['payload']): void {
  eachField(bytes, (tag, reader) => {
    if (tag === CHANGE.before) payload.before = readData(reader.bytes());
    else if (tag === CHANGE.after) payload.after = readData(reader.bytes());
    else reader.skipType(tag & 7);
  });
}

function readData(bytes: Uint8Array): Data {
  const { raw, structured } = dataOf(bytes);
  return structured === null ? raw : readPlainStruct(structured);
}
