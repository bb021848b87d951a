/** Implements the WIT package `conduit:kafka` with the host's Kafka client. */
import type {
  Connection,
  ConsumerOptions,
  Fetched,
  Outgoing,
  PartitionCommit,
  ProducerOptions,
  SendFailure,
  Topic,
} from '../kafka/contract.ts';
import type { ConsumerHandle, Kafka, OpenContext, ProducerHandle } from '../kafka/index.ts';
import { ConnectorError } from '../base/errors.ts';
import { resource, type CallContext, type Capability } from '../runtime/capability.ts';

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
            call: poll,
            check: checkFetched,
          },
          'list-topics': { waits: true, call: (consumer) => consumer.listTopics(), check: checkTopics },
          subscribe: { waits: true, call: (consumer, topics: string[]) => consumer.subscribe(topics) },
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

/** Consumers whose next record is too large for the guest's memory, each with its error. The record is never skipped: every further poll fails. */
const blocked = new WeakMap<ConsumerHandle, ConnectorError>();

/** A single record may exceed `maxBytes` if it fits the guest's memory. */
async function poll(
  consumer: ConsumerHandle,
  maxRecords: number,
  maxBytes: number,
  maxWaitMs: number,
  { resultBytes }: CallContext,
): Promise<Fetched[]> {
  const failure = blocked.get(consumer);
  if (failure !== undefined) throw failure;
  const fetched = await consumer.poll(maxRecords, Math.min(maxBytes, resultBytes), maxWaitMs);
  for (const { topic, partition, records } of fetched) {
    const bytes = records.records.length;
    if (bytes <= resultBytes) continue;
    const what = `the record of topic-partition ${topic}-${partition} at or after offset ${records.baseOffset} takes ${bytes} bytes`;
    const error = new ConnectorError('limit.exceeded', `${what}, the component's memory takes ${resultBytes}`);
    blocked.set(consumer, error);
    throw error;
  }
  return fetched;
}

const isU32 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff;
const isS32 = (n: number): boolean => Number.isInteger(n) && n >= -0x8000_0000 && n <= 0x7fff_ffff;
const isS64 = (n: bigint): boolean => typeof n === 'bigint' && BigInt.asIntN(64, n) === n;

function checkFetched(fetched: Fetched[], [, maxRecords]: [ConsumerHandle, number]): void {
  let records = 0;
  for (const { partition, epoch, records: set } of fetched) {
    if (
      !isS32(partition) ||
      !isU32(epoch) ||
      !isU32(set.count) ||
      !isS64(set.baseOffset) ||
      !isS64(set.baseTimestamp) ||
      !isS32(set.leaderEpoch ?? 0)
    ) {
      throw new TypeError('poll returned a number that is out of range');
    }
    records += set.count;
  }
  if (records > maxRecords) throw new TypeError(`poll was asked for ${maxRecords} records and returned ${records}`);
}

function checkTopics(topics: Topic[]): void {
  if (topics.some(({ partitions }) => !isU32(partitions))) throw new TypeError('list-topics returned a number that is out of range');
}

function checkSendFailures(failures: SendFailure[], [, outgoing]: [ProducerHandle, Outgoing[]]): void {
  let count = 0;
  for (const { records } of outgoing) count += records.count;
  for (const { index } of failures) {
    if (!isU32(index) || index >= count) throw new TypeError(`send reported record ${index} of ${count}`);
  }
}
