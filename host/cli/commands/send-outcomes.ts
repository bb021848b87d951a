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

  /** Records that failed for no reason of their own. What else failed was refused for itself. */
  get notForThemselves(): number {
    return this.unknown + this.unsent + this.barred;
  }

  watch(inner: Kafka): Kafka {
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
