/**
 * Replaces the class of kafkajs that keeps a consumer's offsets, to hear of offsets that are out of range. kafkajs then commits -2, "earliest", and
 * goes on there; it tells nobody, but for a line in its log.
 */

/** Told before kafkajs commits -2. */
export type OnReset = (topic: string, partition: number) => void;

/** The part of kafkajs' class that is used here. */
export type OffsetManagerClass = new (...options: never[]) => {
  readonly cluster: object;
  setDefaultOffset(at: { topic: string; partition: number }): Promise<void>;
};

/** Kept in kafkajs' cluster, of which each consumer has one of its own. */
const ON_RESET = Symbol('offset reset');

export function onOffsetReset(cluster: object, told: OnReset): void {
  Object.assign(cluster, { [ON_RESET]: told });
}

export function offsetManagerThatTells(stock: OffsetManagerClass): OffsetManagerClass {
  return class OffsetManager extends stock {
    override setDefaultOffset(at: { topic: string; partition: number }): Promise<void> {
      (this.cluster as { [ON_RESET]?: OnReset })[ON_RESET]?.(at.topic, at.partition);
      return super.setDefaultOffset(at);
    }
  };
}
