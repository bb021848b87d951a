// How a destination writes: acks, deliveryTimeout, compression, batchBytes.
import { Acks, Compression, ProducerOptions } from '../abi/kafka';
import { goQuote } from './go-values';
import { Parameter, duration, int, text } from './parameter';
import { Values } from './values';

const MIN_BATCH_BYTES = 512;
const MAX_BATCH_BYTES = 104857600;

export function deliveryParameters(): Parameter[] {
  return [
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
  ];
}

export function parseDelivery(values: Values): ProducerOptions {
  return new ProducerOptions(
    acksOf(values.text('acks')),
    compressionOf(values.text('compression')),
    batchBytes(values),
    deliveryTimeoutMs(values),
  );
}

function acksOf(text: string): u8 {
  if (text == 'none' || text == '0') return Acks.none;
  if (text == 'one' || text == '1') return Acks.leader;
  return Acks.all;
}

function compressionOf(text: string): u8 {
  for (let i: u8 = 0; i <= Compression.zstd; i++) if (Compression.nameOf(i) == text) return i;
  return Compression.none;
}

function deliveryTimeoutMs(values: Values): u32 {
  if (!values.isValid('deliveryTimeout')) return 0;
  const ms = values.milliseconds('deliveryTimeout');
  if (ms < 0) {
    values.refuse(
      'deliveryTimeout',
      'invalid delivery timeout: ' + goQuote(values.text('deliveryTimeout')) + ' is negative, expected 0 for no limit, or more',
    );
    return 0;
  }
  return <u32>min<i64>(ms, u32.MAX_VALUE); // 49 days
}

function batchBytes(values: Values): u32 {
  if (!values.isValid('batchBytes')) return 0;
  const n = values.integer('batchBytes');
  const text = goQuote(values.text('batchBytes'));
  if (n < i32.MIN_VALUE || n > i32.MAX_VALUE)
    values.refuse('batchBytes', "cannot parse 'batchBytes' as int: strconv.ParseInt: parsing " + text + ': value out of range');
  else if (n < MIN_BATCH_BYTES)
    values.refuse('batchBytes', 'invalid batchBytes: max record batch bytes ' + n.toString() + ' is less than allowed 512');
  else if (n > MAX_BATCH_BYTES)
    values.refuse(
      'batchBytes',
      'invalid batchBytes: max broker write bytes 104857600 is erroneously less than max record batch bytes ' + n.toString(),
    );
  return <u32>n;
}
