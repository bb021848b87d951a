// What becomes of a Kafka record in a source: tombstonesAsDeletes, keepAllHeaders, includeKafkaMetadata.
import { ReadForm } from '../opencdc/read-form';
import { Parameter, boolean } from './parameter';
import { Values } from './values';

export function readRecordParameters(): Parameter[] {
  return [
    boolean(
      'tombstonesAsDeletes',
      'false',
      'Make a delete of a record with a null value (a tombstone) instead of a create without data. The Go connector makes a create: false.',
    ),
    boolean(
      'keepAllHeaders',
      'false',
      'Keep every header of a record, so that a destination can write all of them as they were. Of several headers with one name, the last one is kafka.header.NAME, ' +
        'and the earlier ones are kafka.headerRepeated.INDEX.header.NAME; a null value is kafka.headerNull.NAME. The Go connector keeps the last header of each name: false.',
    ),
    boolean(
      'includeKafkaMetadata',
      'false',
      'Add the metadata kafka.partition, kafka.offset, kafka.timestampType (CreateTime or LogAppendTime) and, if the broker knows it, kafka.leaderEpoch. The Go connector has them only within the position: false.',
    ),
  ];
}

/** Reads the settings, which must be valid. */
export function parseReadForm(values: Values): ReadForm {
  return new ReadForm(values.flag('tombstonesAsDeletes'), values.flag('keepAllHeaders'), values.flag('includeKafkaMetadata'));
}
