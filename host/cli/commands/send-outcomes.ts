import type { ErrorCode } from '../../base/errors.ts';
import type { Kafka } from '../../kafka/index.ts';

/**
 * Stands between a destination and Kafka, and counts what became of the records that failed. The acks of the destination say that for people only,
 * in their texts.
 */
export class SendOutcomes {
  /** Records of which it is not known whether they are written. */
  unknown = 0;
  /** Records that no broker was given in time. */
  unsent = 0;
  /** Records that were refused together with all others of their topic: it is missing, or not ours to write to. */
  barred = 0;

  /** False for a component that was granted no Kafka: another system has said what became of its records. */
  #isKafka = false;

  /** The code of an error that says that records were not written: they were refused, or nobody answered in time. */
  code(what: 'rejected' | 'timeout'): ErrorCode {
    return `${this.#isKafka ? 'kafka' : 'remote'}.${what}`;
  }

  /** Records that failed for no reason of their own. What else failed was refused for itself. */
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
              else if (reason.code !== 'kafka.record-refused') this.barred++;
            }
            return failures;
          },
          close: () => producer.close(),
        };
      },
    };
  }
}
