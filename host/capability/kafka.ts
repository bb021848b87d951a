/** Binds `conduit:kafka` to a Kafka of the host. */
import type { Connection, ConsumerOptions, Fetched, Outgoing, PartitionCommit, ProducerOptions, SendFailure } from '../kafka/contract.ts';
import type { ConsumerHandle, Kafka, OpenContext, ProducerHandle } from '../kafka/index.ts';
import { resource, type Capability } from '../runtime/capability.ts';

/** `conduit:kafka/consumer` and `conduit:kafka/producer`. */
export function kafkaCapabilities(kafka: Kafka): Capability[] {
  return [consumerCapability(kafka), producerCapability(kafka)];
}

function consumerCapability(kafka: Kafka): Capability {
  return {
    interface: 'conduit:kafka/consumer@0.1.0',
    resources: {
      consumer: resource<ConsumerHandle>({
        opens: {
          open: {
            call: (connection: Connection, options: ConsumerOptions, context: OpenContext) =>
              kafka.openConsumer(connection, options, context),
          },
        },
        methods: {
          poll: {
            waits: true,
            call: (consumer, maxRecords: number, maxBytes: number, maxWaitMs: number) => consumer.poll(maxRecords, maxBytes, maxWaitMs),
            check: checkFetched,
          },
          commit: { waits: true, call: (consumer, offsets: PartitionCommit[]) => consumer.commit(offsets) },
        },
        closes: ['close'],
        close: (consumer) => consumer.close(),
        interrupt: (consumer) => consumer.wake(),
      }),
    },
  };
}

function producerCapability(kafka: Kafka): Capability {
  return {
    interface: 'conduit:kafka/producer@0.1.0',
    resources: {
      producer: resource<ProducerHandle>({
        opens: {
          open: {
            call: (connection: Connection, options: ProducerOptions, context: OpenContext) =>
              kafka.openProducer(connection, options, context),
          },
        },
        methods: { send: { waits: true, call: (producer, outgoing: Outgoing[]) => producer.send(outgoing), check: checkSendFailures } },
        closes: ['close'],
        close: (producer) => producer.close(),
      }),
    },
  };
}

const isU32 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff;
const isS32 = (n: number): boolean => Number.isInteger(n) && n >= -0x8000_0000 && n <= 0x7fff_ffff;
const isS64 = (n: bigint): boolean => typeof n === 'bigint' && BigInt.asIntN(64, n) === n;

function checkFetched(fetched: Fetched[], [, maxRecords]: [ConsumerHandle, number]): void {
  let records = 0;
  for (const { partition, epoch, records: set } of fetched) {
    if (!isS32(partition) || !isU32(epoch) || !isU32(set.count) || !isS64(set.baseOffset) || !isS64(set.baseTimestamp)) {
      throw new TypeError('poll returned a number that is out of range');
    }
    records += set.count;
  }
  if (records > maxRecords) throw new TypeError(`poll was asked for ${maxRecords} records and returned ${records}`);
}

function checkSendFailures(failures: SendFailure[], [, outgoing]: [ProducerHandle, Outgoing[]]): void {
  let count = 0;
  for (const { records } of outgoing) count += records.count;
  for (const { index } of failures) {
    if (!isU32(index) || index >= count) throw new TypeError(`send reported record ${index} of ${count}`);
  }
}
