/**
 * kafkajs can resolve a commit that it never sent: while its runner stops, `commitOffsets` silently returns. Its `commit_offsets` event is emitted only
 * after the broker's answer, so a commit counts only with that event.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { PartitionOffset } from '../contract.ts';
import type { CommitMetadata } from './commit-metadata.ts';
import { protocolType } from './errors.ts';
import type { Consumer } from './kafkajs.ts';
import { settles } from '../../base/wait.ts';

export class ConfirmedCommits {
  readonly #consumer: Consumer;
  readonly #timeoutMs: number;
  readonly #metadata: CommitMetadata | null;
  #confirmed = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(consumer: Consumer, timeoutMs: number, metadata: CommitMetadata | null = null) {
    this.#consumer = consumer;
    this.#timeoutMs = timeoutMs;
    this.#metadata = metadata;
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      this.#confirmed += payload.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
    });
  }

  /**
   * Resolves only if the broker has confirmed every offset. Rejects with ConnectorError or kafkajs' error, after the timeout at the latest. `live` is
   * called before the commit is sent: kafkajs commits with the newest generation, so an offset that waited through a rebalance would be committed for a
   * partition that another member has by now.
   */
  async commit(offsets: readonly PartitionOffset[], live: () => boolean): Promise<void> {
    // Commits are sent one after the other: one that kafkajs still retries would overwrite a later one.
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
    const metadata = this.#metadata?.text ?? null;
    try {
      await this.#sendWith(metadata, offsets);
    } catch (error) {
      if (metadata === null || protocolType(error) !== 'OFFSET_METADATA_TOO_LARGE') throw error;
      this.#metadata?.refused();
      await this.#sendWith(null, offsets);
    }
  }

  async #sendWith(metadata: string | null, offsets: readonly PartitionOffset[]): Promise<void> {
    const before = this.#confirmed;
    await this.#consumer.commitOffsets(
      offsets.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: String(nextOffset), metadata })),
    );
    if (this.#confirmed - before < offsets.length)
      throw new ConnectorError('kafka.unreachable', 'offsets are not committed: the consumer is stopping');
  }
}
