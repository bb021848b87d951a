import { ConnectorError } from '../../base/errors.ts';
import { KafkaFault } from '../fault.ts';

/**
 * What a failed produce request means for its batch. `parts`: single records are at fault, the rest of the batch is written without them.
 * `forgotten`: the brokers do not know the batches before this one (too long ago, or lost with a leader), or they know others.
 * `not-idempotent`: the topic has an old message format, or an ACL of old brokers forbids sequence numbers. `final`: only an operator can help.
 * `passing`: the same batch is tried again.
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
  // kafkajs calls these final, Kafka does not.
  BROKER_NOT_AVAILABLE: 'passing',
  STALE_BROKER_EPOCH: 'passing',
};
/** Only where the batch has a sequence number; a batch without one is refused for good. */
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

/** Answers after which the batch may be written all the same: the leader may have it, and was not able to confirm it. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'UNKNOWN', // UNKNOWN_SERVER_ERROR
]);

/** True if a broker has said that it has not written the batch. */
export function isRefusal(error: unknown): boolean {
  return error instanceof KafkaFault && error.type !== null && !UNDECIDED.has(error.type);
}
