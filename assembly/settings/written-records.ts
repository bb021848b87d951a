// What becomes of an OpenCDC record in a destination, besides its format: deletesAsTombstones, messageTimestamp.
import { Parameter, boolean, text } from './parameter';
import { Values } from './values';

export function writtenRecordParameters(): Parameter[] {
  return [
    boolean(
      'deletesAsTombstones',
      'false',
      'Write a delete as a tombstone: its key with a null value, in every format. When false, the format writes a delete like any other record, as the Go connector does; the format raw writes a tombstone in any case.',
    ),
    text(
      'messageTimestamp',
      'writeTime',
      'Timestamp of the Kafka message. writeTime: the time of the write, as in the Go connector. ' +
        "createdAt: the record's metadata opencdc.createdAt (nanoseconds since 1970), or the time of the write for a record without it. A topic with message.timestamp.type=LogAppendTime replaces both.",
    ).oneOf('writeTime,createdAt'),
  ];
}

/** True: the timestamp comes from the metadata. Reads the setting, which must be valid. */
export function parseUsesCreatedAt(values: Values): bool {
  return values.text('messageTimestamp') == 'createdAt';
}
