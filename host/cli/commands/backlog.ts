import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ConsumerOptions, Fetched } from '../../kafka/contract.ts';
import type { ConsumerHandle, Kafka } from '../../kafka/index.ts';
import type { Remaining } from './end-of-read.ts';
import { KafkaEnds, type Ends, type EndsFactory, type EndsParts } from './topic-ends.ts';
import { Unread } from './unread.ts';

const REFRESH_MS = 2000;

/**
 * Knows how far the consumer of a source is from the end of its topics. It wraps the Kafka of the connector, counts the records that pass, and asks the
 * brokers for the ends.
 */
export class Backlog implements Remaining {
  readonly #follow: boolean;
  readonly #live: boolean;
  readonly #ends: EndsFactory;
  #unread: Unread | null = null;
  /** The reason why the ends are not known. */
  #failure: ConnectorError | null = null;
  #isRefreshing = false;
  #handed = 0;
  #received = 0;
  #consumer: ConsumerHandle | null = null;
  #ask: (() => Ends) | null = null;

  /** `follow`: wait for topics that do not exist. `live`: look the ends up again and again, for a progress line. */
  constructor(options: { follow: boolean; live: boolean; ends?: EndsFactory }) {
    this.#follow = options.follow;
    this.#live = options.live;
    this.#ends = options.ends ?? ((...from) => new KafkaEnds(...from));
  }

  /** The offsets between the last record that was read and the end, for all partitions of the topics; null while they are not known. */
  get lag(): bigint | null {
    return this.#unread?.lag ?? null;
  }

  get remaining(): bigint | null {
    return this.#unread === null ? null : this.#unread.offsets + this.#underWay;
  }

  get isWatched(): boolean {
    return this.#consumer !== null;
  }

  get isJoined(): boolean {
    return (this.#consumer?.reading?.positions ?? null) !== null;
  }

  /** The reason why the consumer is not in its group; null if it is in the group, or if that is not known. */
  get outage(): ConnectorError | null {
    return this.#consumer?.outage ?? null;
  }

  get progress(): bigint {
    return (this.#unread?.progress ?? 0n) + BigInt(this.#received);
  }

  get missing(): readonly string[] {
    if (this.#unread !== null) return this.#unread.missing;
    const reason = this.outage ?? this.#failure;
    return reason === null ? [] : [reason.message];
  }

  /** Partitions whose log does not hold the offset at which the group resumes, and of which no record was read. */
  get outOfRange(): { topic: string; partition: string; expected: bigint; earliest: bigint; end: bigint }[] {
    return this.#unread?.outOfRange ?? [];
  }

  async confirm(): Promise<void> {
    const ends = this.#ask?.();
    try {
      await ends?.highs();
    } finally {
      await ends?.close();
    }
  }

  /** The source has emitted so many records. */
  received(records: number): void {
    this.#received += records;
  }

  /** Wraps `inner` to watch its consumers. */
  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (connection, options, context) => inner.openProducer(connection, options, context),
      openConsumer: async (connection, options, context) => {
        if (options.group === '') return inner.openConsumer(connection, options, context); // it only lists topics
        const look = { ...parts, isolation: options.fetching?.isolation };
        const ends = this.#ends(connection, { ...look, signal: context.signal }, options.topics);
        let consumer: ConsumerHandle | null = null;
        try {
          if (!this.#follow) await this.#refuseMissing(ends);
          consumer = await inner.openConsumer(connection, options, context);
          this.#ask = () => this.#ends(connection, look, options.topics);
          return await this.#watched(consumer, ends, options, parts.log);
        } catch (error) {
          await Promise.all([consumer?.close(), ends.close()]);
          throw error;
        }
      },
    };
  }

  /** A topic that does not exist has no end to read to. The consumer would wait for it. */
  async #refuseMissing(ends: Ends): Promise<void> {
    await ends.reach();
    // If the topics cannot be looked up now, they are looked up again with their ends.
    const missing = await ends.missing().catch(() => []);
    if (missing.length === 0) return;
    const are = missing.length === 1 ? 'there is no topic' : 'there are no topics';
    throw new ConnectorError(
      'config.invalid',
      `${are} ${missing.map((topic) => `"${topic}"`).join(', ')}: correct topics, create ${missing.length === 1 ? 'it' : 'them'}, or wait with --follow`,
    );
  }

  async #watched(consumer: ConsumerHandle, ends: Ends, options: ConsumerOptions, log: Log): Promise<ConsumerHandle> {
    this.#consumer = consumer;
    this.#unread = null;
    this.#handed = 0;
    this.#received = 0;
    try {
      await this.#look(consumer, ends, options);
    } catch (error) {
      const failure = ConnectorError.from(error);
      this.#failure = failure;
      log(this.#follow ? 'debug' : 'warn', `the ends of the topics are not known, trying again: ${failure.message}`);
    }
    // With --follow the ends are needed only for the progress line.
    const asksAgain = this.#live || !this.#follow;
    const timer = asksAgain ? setInterval(() => void this.#refresh(consumer, ends, options), REFRESH_MS).unref() : undefined;
    if (!asksAgain) await ends.close();
    return {
      poll: async (maxRecords, maxBytes, maxWaitMs) => this.#count(await consumer.poll(maxRecords, maxBytes, maxWaitMs)),
      wake: () => consumer.wake(),
      commit: (offsets) => consumer.commit(offsets),
      listTopics: () => consumer.listTopics(),
      subscribe: (topics) => consumer.subscribe(topics),
      get outage() {
        return consumer.outage ?? null;
      },
      close: async () => {
        clearInterval(timer);
        await Promise.all([consumer.close(), ends.close()]);
      },
    };
  }

  async #look(consumer: ConsumerHandle, ends: Ends, options: ConsumerOptions): Promise<void> {
    await ends.missing();
    this.#unread = new Unread(options.group, await ends.ranges(options), consumer);
  }

  /** Records that were handed out and not received. They are on their way, or belong to an assignment that is over. */
  get #underWay(): bigint {
    return BigInt(Math.max(0, this.#handed - this.#received));
  }

  #count(fetched: Fetched[]): Fetched[] {
    for (const { records } of fetched) this.#handed += records.count;
    this.#unread?.count(fetched);
    return fetched;
  }

  async #refresh(consumer: ConsumerHandle, ends: Ends, options: ConsumerOptions): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      if (this.#unread === null) await this.#look(consumer, ends, options);
      if (this.#live) this.#unread?.ends(await ends.highs());
      if (!this.#follow && this.#unread?.waitsForOthers === true) this.#unread.commits(await ends.commits(options.group));
    } catch (error) {
      // The consumer reports lost brokers. The next round asks again.
      this.#failure = ConnectorError.from(error);
    } finally {
      this.#isRefreshing = false;
    }
  }
}
