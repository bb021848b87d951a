import type { ErrorCode } from '../../base/errors.ts';
import type { Kafka } from '../../kafka/index.ts';

/** The codes of a record that is refused by itself: by a broker or a setting, or because it does not fit its schema. */
const OF_ONE_RECORD: ReadonlySet<string | undefined> = new Set(['kafka.record-refused', 'schema.mismatch']);

/**
 * Wraps the Kafka of a destination, and counts the failed records by the kind of their failure. The acks of the destination hold only a text for people.
 */
export class SendOutcomes {
  /** Records whose outcome is unknown. */
  unknown = 0;
  /** Records that were not sent to a broker in time. */
  unsent = 0;
  /** Records that were refused together with all others of their topic, because it is missing, may not be written to, or has no schema that can be used. */
  barred = 0;

  /** False for a component that was granted no Kafka: its records failed in another system. */
  #isKafka = false;

  /** The code of the error for records that were refused, or that were not confirmed in time. */
  code(what: 'rejected' | 'timeout'): ErrorCode {
    return `${this.#isKafka ? 'kafka' : 'remote'}.${what}`;
  }

  /** Records that failed for a reason outside them. All other failed records were refused by themselves. */
  get notForThemselves(): number {
    return this.unknown + this.unsent + this.barred;
  }

  watch(inner: Kafka): Kafka {
    this.#isKafka = true;
    return {
      openConsumer: (...options) => inner.openConsumer(...options),
      openProducer: async (...options) => {
        const producer = await inner.openProducer(...options);
        return {
          send: async (outgoing) => {
            const failures = await producer.send(outgoing);
            for (const { reason } of failures) {
              if (reason.kind === 'timeout') this.unknown++;
              else if (reason.kind === 'unavailable' || reason.kind === 'cancelled') this.unsent++;
              else if (!OF_ONE_RECORD.has(reason.code)) this.barred++;
            }
            return failures;
          },
          close: () => producer.close(),
        };
      },
    };
  }
}
