// The partition of a written record: partition, partitioner.
import { Partitioner } from '../abi/kafka';
import { goQuote, parseInteger } from './go-values';
import { Parameter, text } from './parameter';
import { Values } from './values';

/** `parsePartition` for records that the partitioner distributes. */
export const BY_PARTITIONER: i32 = -1;
/** `parsePartition` for records whose metadata names the partition. */
export const BY_METADATA: i32 = -2;
const METADATA = 'metadata';

export function partitioningParameters(): Parameter[] {
  return [
    text(
      'partition',
      '',
      'The partition to which all records are written: a number. Or metadata: each record goes to the partition that its metadata kafka.partition names, which a source with includeKafkaMetadata sets, and a record without it as partitioner says. ' +
        'When empty, all records go as partitioner says. A record for a partition that the topic does not have is refused. The Go connector has no such setting.',
    ),
    text(
      'partitioner',
      'murmur2',
      "How the partition of a record is chosen. murmur2: by the key, as Java's client and the Go connector do; records without a key go to one partition after the other, a batch each. " +
        "crc32: by the key, as librdkafka's default does. roundRobin: one record after the other, whatever the key. sticky: one batch after the other, whatever the key.",
    ).oneOf('murmur2,crc32,roundRobin,sticky'),
  ];
}

/** A partition, BY_PARTITIONER or BY_METADATA. */
export function parsePartition(values: Values): i32 {
  const text = values.text('partition');
  if (text.length == 0) return BY_PARTITIONER;
  if (text == METADATA) return BY_METADATA;
  const parsed = parseInteger(text);
  if (parsed.ok && parsed.value >= 0 && parsed.value <= i32.MAX_VALUE) return <i32>parsed.value;
  values.refuse('partition', 'invalid partition: ' + goQuote(text) + ', expected a number from 0 to 2147483647, or metadata');
  return BY_PARTITIONER;
}

/** A case of Partitioner. */
export function parsePartitioner(values: Values): u8 {
  const name = values.text('partitioner');
  if (name == 'crc32') return Partitioner.crc32;
  if (name == 'roundRobin') return Partitioner.roundRobin;
  return name == 'sticky' ? Partitioner.sticky : Partitioner.murmur2;
}
