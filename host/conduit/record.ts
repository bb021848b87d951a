/** `opencdc.v1.Record` as an object, for programs. The hot paths never make one: they move records as bytes. */
import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../base/errors.ts';
import { encodeRecord, type Structured } from './json-record.ts';
import { fieldHeader } from './field-header.ts';
import { recordsOf } from './record-batches.ts';
import { plainStruct } from './struct-values.ts';

export type Operation = 'create' | 'update' | 'delete' | 'snapshot';

/** Bytes, structured data (a JSON object), or nothing. Null and empty are different things. */
export type Data = Uint8Array | Structured | null;

/** A record as OpenCDC defines it. */
export interface OpenCdcRecord {
  /** Where the source goes on after this record; opaque. Empty in a record that a program makes itself. */
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
  // A Buffer would give Buffers, which are not what the type says.
  return recordsOf(new Uint8Array(batch.buffer, batch.byteOffset, batch.length)).map(decodeRecord);
}

/** A Destination.Run.Request of these records. Throws `input.invalid`, which names the record by its index. */
export function encodeRecords(records: readonly OpenCdcRecord[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [index, record] of records.entries()) {
    let bytes: Uint8Array;
    try {
      bytes = encodeRecord(record);
    } catch (error) {
      const { code, message } = ConnectorError.from(error);
      throw new ConnectorError(code, `records[${index}]: ${message}`, { cause: error });
    }
    parts.push(fieldHeader(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function decodeRecord(bytes: Uint8Array): OpenCdcRecord {
  const record: OpenCdcRecord = {
    position: new Uint8Array(0),
    operation: 'create',
    metadata: Object.create(null) as Record<string, string>,
    key: null,
    payload: { before: null, after: null },
  };
  eachField(bytes, (reader, field) => {
    if (field === 1) record.position = reader.bytes();
    else if (field === 2) record.operation = operationOf(reader.int32());
    else if (field === 3) readEntry(reader.bytes(), record.metadata);
    else if (field === 4) record.key = readData(reader.bytes());
    else if (field === 5) readChange(reader.bytes(), record.payload);
    else return false;
    return true;
  });
  return record;
}

function operationOf(number: number): Operation {
  const operation = OPERATIONS[number - 1];
  if (operation === undefined)
    throw new ConnectorError('input.invalid', `expected an operation of 1 to ${OPERATIONS.length}, got ${number}`);
  return operation;
}

function readEntry(bytes: Uint8Array, metadata: Record<string, string>): void {
  let key = '';
  let value = '';
  eachField(bytes, (reader, field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  metadata[key] = value;
}

function readChange(bytes: Uint8Array, payload: OpenCdcRecord['payload']): void {
  eachField(bytes, (reader, field) => {
    if (field === 1) payload.before = readData(reader.bytes());
    else if (field === 2) payload.after = readData(reader.bytes());
    else return false;
    return true;
  });
}

function readData(bytes: Uint8Array): Data {
  let data: Data = null;
  eachField(bytes, (reader, field) => {
    if (field === 1) data = reader.bytes();
    else if (field === 2) data = plainStruct(reader.bytes());
    else return false;
    return true;
  });
  return data;
}

/** Calls `read` for each field; it says whether it has consumed the field. */
function eachField(message: Uint8Array, read: (reader: protobuf.Reader, field: number) => boolean): void {
  const reader = protobuf.Reader.create(message);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (!read(reader, tag >>> 3)) reader.skipType(tag & 7);
    }
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError('input.invalid', 'expected an opencdc.v1.Record, got bytes that do not decode as such', { cause: error });
  }
}
