/**
 * Replaces the class of kafkajs that is a member of a consumer group, so that what was fetched for one assignment never counts for the next one.
 *
 * kafkajs fetches from each broker on its own. If one fetch makes the member join again, because a leader has moved or a topic has grown, the fetches from
 * the other brokers go on. Their batches come after the join, and kafkajs takes them for batches of the new assignment: it would go on behind them,
 * although what was fetched before them is not handed out any more. The same holds for a start offset that was set for the old assignment.
 *
 * It also leaves a replica that is preferred to the leader (KIP-392) after any error. kafkajs stays with one that cannot be reached until it gives up, and
 * takes an offset that a replica does not have yet for one that is out of range, and resets it: its own check for that compares an object with a number.
 */

/** What is used here of a batch of kafkajs. */
export interface TaggedBatch {
  /** False once the member has joined again since the batch was asked for. Missing in a batch that does not come from `fetch`. */
  isOfLastJoin?: () => boolean;
  isEmptyDueToFiltering(): boolean;
}

/** The part of kafkajs' class that is used here. */
export type ConsumerGroupClass = new (...options: never[]) => {
  /** A new object after each join. */
  offsetManager: object | null;
  seekOffset: Map<string, unknown>;
  instrumentationEmitter: { addListener(name: string, listener: () => void): unknown };
  fetch(nodeId: string): Promise<TaggedBatch[]>;
  /** By topic, the replica to fetch from by partition. */
  preferredReadReplicasPerTopicPartition: Record<string, Record<number, object> | undefined>;
  recoverFromFetch(error: Error): Promise<void>;
  recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void>;
};

/** kafkajs' name of the event after a join. */
const GROUP_JOIN = 'consumer.group_join';
const OFFSET_OUT_OF_RANGE = 'KafkaJSOffsetOutOfRange';

export function consumerGroupOfGenerations(stock: ConsumerGroupClass): ConsumerGroupClass {
  return class ConsumerGroup extends stock {
    constructor(...options: never[]) {
      super(...options);
      // A start offset that was set for the last assignment and that no fetch has taken.
      this.instrumentationEmitter.addListener(GROUP_JOIN, () => this.seekOffset.clear());
    }

    override async recoverFromFetch(error: Error): Promise<void> {
      if (error.name !== OFFSET_OUT_OF_RANGE) this.preferredReadReplicasPerTopicPartition = {};
      await super.recoverFromFetch(error);
    }

    override async recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void> {
      const replicas = this.preferredReadReplicasPerTopicPartition[error.topic];
      if (replicas?.[error.partition] === undefined) return super.recoverFromOffsetOutOfRange(error);
      // The leader is asked next, which knows.
      delete replicas[error.partition];
    }

    override async fetch(nodeId: string): Promise<TaggedBatch[]> {
      const manager = this.offsetManager;
      const isOfLastJoin = (): boolean => this.offsetManager === manager;
      const batches = await super.fetch(nodeId);
      if (!isOfLastJoin()) return [];
      for (const batch of batches) {
        const isFiltered = batch.isEmptyDueToFiltering.bind(batch);
        batch.isOfLastJoin = isOfLastJoin;
        // kafkajs goes on behind a batch without records, and asks nobody. It leaves one alone that is not empty by filtering.
        batch.isEmptyDueToFiltering = () => isOfLastJoin() && isFiltered();
      }
      return batches;
    }
  };
}
