// Settings of the destination.
import { connectionParameters } from './connection-table';
import { Parameter, boolean, duration, float, ignored, int, text } from './parameter';

export function destinationParameters(): Parameter[] {
  const list = connectionParameters();
  const own = [
    text(
      'topic',
      '{{ index .Metadata "opencdc.collection" }}',
      "Topic to write to: a name of at most 249 letters, digits, '.', '_' and '-', or a template that gives one for each record. " +
        'A template is text with {{ index .Metadata "key" }} and {{ .Metadata.key }} in it, which stand for the record\'s metadata. ' +
        'By default each record goes to the topic that is named like its collection.',
    ),
    text(
      'acks',
      'all',
      'Which brokers must have a record before it counts as written: none (do not even wait for an answer: records can be lost unnoticed), ' +
        'one (the leader of the partition; also 1), all (every replica in sync; also -1). 0 is none. ' +
        'With all, writes are idempotent: a batch that is sent again because its answer was lost is written once.',
    ).oneOf('none,one,all,0,1,-1'),
    duration(
      'deliveryTimeout',
      '10s',
      'Longest time to deliver a record, with all retries; afterwards its write has failed. 0: no limit. ' +
        'In Conduit there is no limit unless this is set: an outage of the brokers is waited out.',
    ),
    text('compression', 'snappy', 'Compression of the record batches that are written.').oneOf('none,gzip,snappy,lz4,zstd'),
    int(
      'batchBytes',
      '1000012',
      "Largest record batch in bytes, before compression, from 512 to 104857600. Keep it at or under the broker's message.max.bytes. A record that is larger by itself is refused.",
    ),
    boolean(
      'writeHeaders',
      'true',
      'Write metadata named kafka.header.NAME as the Kafka header NAME, which gives back the headers that the source read. The official connector writes no headers: false.',
    ),
    text(
      'sdk.record.format',
      'opencdc/json',
      "Form of the Kafka message's value. opencdc/json: the whole OpenCDC record as JSON, as the official connector writes it. " +
        'raw: payload.after as it is (JSON if it is structured), and a null value for a delete.',
    ),
    text('sdk.record.format.options', '', 'Options of the format. The formats opencdc/json and raw have none, so it must be empty.'),
    int('sdk.batch.size', '0', 'Number of records to gather before they are written. 0: write what has arrived.')
      .greaterThan('-1')
      .byHost(),
    duration(
      'sdk.batch.delay',
      '0',
      'Longest time that a record waits for a batch of sdk.batch.size to fill. 0: no wait of its own.',
    ).byHost(),
    float('sdk.rate.perSecond', '0', 'Largest number of records written per second. 0: no limit.').greaterThan('-1').byHost(),
    int('sdk.rate.burst', '0', 'Number of records that may be written at once when the rate is limited. 0: sdk.rate.perSecond, rounded up.')
      .greaterThan('-1')
      .byHost(),
    boolean(
      'sdk.schema.extract.key.enabled',
      'true',
      "Decode keys that carry an Avro schema in their metadata, with Conduit's schema registry. Other keys are left alone.",
    ).byHost(),
    boolean(
      'sdk.schema.extract.payload.enabled',
      'true',
      "Decode payloads that carry an Avro schema in their metadata, with Conduit's schema registry. Other payloads are left alone.",
    ).byHost(),
    // Accepted by the first release on both sides.
    ignored('readFromBeginning'),
  ];
  for (let i = 0; i < own.length; i++) list.push(own[i]);
  return list;
}
