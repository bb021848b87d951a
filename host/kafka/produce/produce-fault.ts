import { ConnectorError } from '../../base/errors.ts';
import { KafkaFault } from '../fault.ts';

/**
 * The meaning of a failed produce request for its batch. `parts`: single records are refused, and the batch is written without them. `no-topic`: the
 * topic or partition does not exist. `forgotten`: the brokers have forgotten the batches before this one, or know other ones. `not-idempotent`: the topic
 * has an old message format, or an ACL of old brokers forbids sequence numbers. `final`: only an operator can help. `passing`: the same batch is tried
 * again.
 */
export type ProduceFault = 'parts' | 'no-topic' | 'forgotten' | 'not-idempotent' | 'final' | 'passing';

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
  // kafkajs treats these as final, but Kafka's own clients retry them.
  BROKER_NOT_AVAILABLE: 'passing',
  STALE_BROKER_EPOCH: 'passing',
};
/** These mean `not-idempotent` only if the batch has a sequence number; a batch without one is refused for good. */
const NOT_IDEMPOTENT: ReadonlySet<string> = new Set(['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'CLUSTER_AUTHORIZATION_FAILED']);

export function produceFault(error: unknown, hasSequence: boolean): ProduceFault {
  if (error instanceof ConnectorError && error.code === 'policy.denied') return 'final';
  if (!(error instanceof KafkaFault)) return 'passing';
  const { type, kind } = error;
  if (type !== null) {
    if (hasSequence && NOT_IDEMPOTENT.has(type)) return 'not-idempotent';
    const known = FAULTS[type];
    if (known !== undefined) return known;
  }
  if (error.isPermanent || kind === 'unsupported') return 'final';
  return kind === 'answer' && !error.retriable ? 'final' : 'passing';
}

/** Errors after which the batch may be written all the same: the leader may have it and could not confirm it. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'UNKNOWN', // UNKNOWN_SERVER_ERROR
]);

/** True if the broker's answer means that it has not written the batch. */
export function isRefusal(error: unknown): boolean {
  return error instanceof KafkaFault && error.type !== null && !UNDECIDED.has(error.type);
}
