import { isPermanent, protocolType, rootCause } from '../kafkajs/errors.ts';

/**
 * What a failed produce request means for its batch. `parts`: the fault of single records, the rest of the batch is written without them.
 * `forgotten`: the brokers do not know the batches before this one (too long ago, or lost with a leader), or they know others.
 * `unstampable`: the topic has an old message format, or an ACL of old brokers forbids the stamp. `final`: nothing but an operator helps.
 */
export type ProduceFault = 'parts' | 'no-topic' | 'forgotten' | 'unstampable' | 'final' | 'passing';

const FAULTS: Readonly<Record<string, ProduceFault>> = {
  MESSAGE_TOO_LARGE: 'parts',
  RECORD_LIST_TOO_LARGE: 'parts',
  INVALID_RECORD: 'parts',
  INVALID_TIMESTAMP: 'parts',
  UNKNOWN_TOPIC_OR_PARTITION: 'no-topic',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'forgotten',
  UNKNOWN_PRODUCER_ID: 'forgotten',
  INVALID_PRODUCER_EPOCH: 'forgotten',
  INVALID_PRODUCER_ID_MAPPING: 'forgotten',
  // kafkajs calls these final, Kafka does not.
  BROKER_NOT_AVAILABLE: 'passing',
  STALE_BROKER_EPOCH: 'passing',
};
const OF_STAMPED: ReadonlySet<string> = new Set(['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'CLUSTER_AUTHORIZATION_FAILED']);

export function produceFault(error: unknown, isStamped: boolean): ProduceFault {
  const type = protocolType(error);
  if (type !== undefined) {
    if (isStamped && OF_STAMPED.has(type)) return 'unstampable';
    const known = FAULTS[type];
    if (known !== undefined) return known;
  }
  if (isPermanent(error)) return 'final';
  return type !== undefined && rootCause(error).retriable === false ? 'final' : 'passing';
}
