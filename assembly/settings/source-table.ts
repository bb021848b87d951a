// Settings of the source.
import { connectionParameters } from './connection-table';
import { Parameter, boolean, duration, ignored, int, text } from './parameter';

export function sourceParameters(): Parameter[] {
  const list = connectionParameters();
  const own = [
    text('topics', '', 'Topics to read, as a comma separated list of names.').required(),
    text('topic', '', 'Deprecated: use topics. The one topic to read. Setting both is an error.'),
    text(
      'groupID',
      '',
      'Consumer group that the source joins; its members share the partitions, and it holds the committed offsets. ' +
        'When empty, the source makes up a name on its first start and keeps it in its position.',
    ),
    boolean(
      'readFromBeginning',
      'false',
      'Where a partition starts that has neither a committed offset nor a position: true at its oldest record, false behind its newest one, ' +
        'so that only records are read that are written later. Has no effect afterwards.',
    ),
    boolean(
      'retryGroupJoinErrors',
      'true',
      'Accepted for configurations of the official connector. This connector retries every transient error of the consumer group, whatever the value.',
    ),
    int(
      'commitOffsetsSize',
      '1000',
      'Number of acknowledged records after which the source commits its offsets. 0 and 1 commit with every acknowledgement.',
    ).greaterThan('-1'),
    duration(
      'commitOffsetsDelay',
      '5s',
      'Longest time from an acknowledgement to the commit of its offset, for topics too quiet to fill commitOffsetsSize. 0 or less: no commit by time.',
    ),
    int('sdk.batch.size', '0', 'Largest number of records handed to Conduit at once. 0: whatever is there, up to a bound in bytes.')
      .greaterThan('-1')
      .byHost(),
    duration(
      'sdk.batch.delay',
      '0',
      'Longest time that a record waits for a batch of sdk.batch.size to fill. 0: records are handed on at once.',
    ).byHost(),
    text('sdk.schema.extract.type', 'avro', 'Type of the schema extracted from structured records.').oneOf('avro').byHost(),
    boolean(
      'sdk.schema.extract.key.enabled',
      'false',
      "Extract an Avro schema from structured record keys, register it in Conduit's schema registry and encode the keys with it.",
    ).byHost(),
    text(
      'sdk.schema.extract.key.subject',
      'key',
      'Subject of the extracted key schema. A record with a collection gets the collection in front of it.',
    ).byHost(),
    boolean(
      'sdk.schema.extract.payload.enabled',
      'false',
      "Extract an Avro schema from structured record payloads, register it in Conduit's schema registry and encode the payloads with it.",
    ).byHost(),
    text(
      'sdk.schema.extract.payload.subject',
      'payload',
      'Subject of the extracted payload schema. A record with a collection gets the collection in front of it.',
    ).byHost(),
    boolean(
      'sdk.schema.context.enabled',
      'true',
      'Put the schema context in front of the subjects, so that connectors do not share schemas by accident.',
    ).byHost(),
    text('sdk.schema.context.name', '', 'Name of the schema context. When empty, the identifier of the connector in Conduit.').byHost(),
    // Accepted by the first release on both sides.
    ignored('acks'),
    ignored('deliveryTimeout'),
  ];
  for (let i = 0; i < own.length; i++) list.push(own[i]);
  return list;
}
