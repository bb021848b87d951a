/**
 * kafkajs resolves commits that it never made: with its runner stopping, `commitOffsets` says nothing and returns. Its
 * `commit_offsets` event is emitted only after the broker's answer, so a commit is believed only with it.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { PartitionOffset } from '../contract.ts';
import type { Consumer } from './kafkajs.ts';
import { settles } from '../../base/wait.ts';

export class ConfirmedCommits {
  readonly #consumer: Consumer;
  readonly #timeoutMs: number;
  readonly #metadata: string | null;
  #confirmed = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(consumer: Consumer, timeoutMs: number, metadata: string | null = null) {
    this.#consumer = consumer;
    this.#timeoutMs = timeoutMs;
    this.#metadata = metadata;
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      this.#confirmed += payload.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
    });
  }

  /**
   * Resolves only if the broker has answered for every offset; rejects with ConnectorError or kafkajs' error, at the latest after the
   * time. `live` is asked once more when its turn comes: kafkajs commits with the newest generation, so what waited through a
   * rebalance would count for a partition that another member has by now.
   */
  async commit(offsets: readonly PartitionOffset[], live: () => boolean): Promise<void> {
    // One that kafkajs still tries would overwrite a later one.
    const before = this.#last;
    const sent = before.then(() => {
      if (!live()) throw new ConnectorError('kafka.unreachable', 'offsets are not committed: the assignment has changed');
      return this.#send(offsets);
    });
    this.#last = sent.catch(() => undefined);
    if (!(await settles(sent, this.#timeoutMs)))
      throw new ConnectorError('kafka.timeout', `the broker has not answered a commit within ${this.#timeoutMs} ms`);
    return sent;
  }

  async #send(offsets: readonly PartitionOffset[]): Promise<void> {
    const before = this.#confirmed;
    const metadata = this.#metadata;
    await this.#consumer.commitOffsets(
      offsets.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: String(nextOffset), metadata })),
    );
    if (this.#confirmed - before < offsets.length)
      throw new ConnectorError('kafka.unreachable', 'offsets are not committed: the consumer is stopping');
  }
}
