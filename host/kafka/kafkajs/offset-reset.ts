/**
 * Replaces the class of kafkajs that keeps a consumer's offsets, to report offsets that are out of range. In that case kafkajs commits -2, "earliest", and
 * resumes there, and reports it only in its log.
 */

/** Called before kafkajs commits -2. */
export type OnReset = (topic: string, partition: number) => void;

/** The part of kafkajs' class that is used here. */
export type OffsetManagerClass = new (...options: never[]) => {
  readonly cluster: object;
  setDefaultOffset(at: { topic: string; partition: number }): Promise<void>;
};

/** The key of the callback in kafkajs' cluster. Each consumer has a cluster of its own. */
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
