import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ConsumerOptions, Fetched } from '../../kafka/contract.ts';
import type { ConsumerHandle, Kafka } from '../../kafka/index.ts';
import type { Remaining } from './end-of-read.ts';
import { lastOffset } from '../lines/record-values.ts';
import { KafkaEnds, type Ends, type EndsFactory, type EndsParts, type Range } from './topic-ends.ts';

const REFRESH_MS = 2000;

/**
 * How far the consumer of a source is from the end of its topics, seen from outside: it stands between the connector and Kafka, counts
 * what passes, and asks the brokers for the ends. Wrong in one direction only: where the last offsets of a partition hold no
 * record (transaction markers, compaction) the end is never reached.
 */
export class Backlog implements Remaining {
  readonly #follow: boolean;
  readonly #live: boolean;
  #ranges: Map<string, Range> | null = null;
  #handed = 0;
  #received = 0;
  #consumer: ConsumerHandle | null = null;
  #ask: (() => Ends) | null = null;

  readonly #ends: EndsFactory;

  /** `follow`: topics that do not exist are waited for. `live`: keep asking for the ends, for a progress line. */
  constructor(options: { follow: boolean; live: boolean; ends?: EndsFactory }) {
    this.#follow = options.follow;
    this.#live = options.live;
    this.#ends = options.ends ?? ((...from) => new KafkaEnds(...from));
  }

  /** Offsets between what was read and the end, over all partitions of the topics; null while that is not known. */
  get lag(): bigint | null {
    return this.#sum(({ high, next }) => high - next);
  }

  get remaining(): bigint | null {
    const unread = this.#sum(({ end, next }) => end - next);
    if (unread === null) return null;
    // What was handed out and not received is on its way, or was of an assignment that is over.
    const underWay = BigInt(Math.max(0, this.#handed - this.#received));
    return unread + underWay;
  }

  /** Partitions of which no record came, and whose offset to go on from is not in their log. */
  get outOfRange(): { topic: string; partition: string; expected: bigint; earliest: bigint; end: bigint }[] {
    return [...(this.#ranges ?? [])].flatMap(([key, { outOfRange }]) => {
      const slash = key.lastIndexOf('/');
      return outOfRange === undefined ? [] : [{ topic: key.slice(0, slash), partition: key.slice(slash + 1), ...outOfRange }];
    });
  }

  get outage(): ConnectorError | null {
    return this.#consumer?.outage ?? null;
  }

  async confirm(): Promise<void> {
    const ends = this.#ask?.();
    try {
      await ends?.highs();
    } finally {
      await ends?.close();
    }
  }

  /** The source has emitted so many records, and they were dealt with. */
  received(records: number): void {
    this.#received += records;
  }

  /** The same Kafka, with its consumers watched. */
  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (connection, options, context) => inner.openProducer(connection, options, context),
      openConsumer: async (connection, options, context) => {
        const consumer = await inner.openConsumer(connection, options, context);
        try {
          this.#ask = () => this.#ends(connection, parts, options.topics);
          const ends = this.#ends(connection, { ...parts, signal: context.signal }, options.topics);
          return await this.#watched(consumer, ends, options, parts.log);
        } catch (error) {
          await consumer.close();
          throw error;
        }
      },
    };
  }

  async #watched(consumer: ConsumerHandle, ends: Ends, options: ConsumerOptions, log: Log): Promise<ConsumerHandle> {
    this.#consumer = consumer;
    this.#ranges = null;
    this.#handed = 0;
    this.#received = 0;
    try {
      const missing = await ends.missing();
      if (missing.length === options.topics.length && !this.#follow) {
        throw new ConnectorError(
          'config.invalid',
          `there is no topic ${missing.map((topic) => `"${topic}"`).join(', ')}: correct topics, create it, or wait for it with --follow`,
        );
      }
      this.#ranges = await ends.ranges(options);
    } catch (error) {
      const failure = ConnectorError.from(error);
      if (failure.code === 'config.invalid') {
        await ends.close();
        throw failure;
      }
      const consequence = this.#follow ? '' : '; reading ends when no record comes for a while, which may be too early';
      log(this.#follow ? 'debug' : 'warn', `the ends of the topics are not known: ${failure.message}${consequence}`);
    }
    let timer: NodeJS.Timeout | undefined;
    if (this.#live && this.#ranges !== null) timer = setInterval(() => void this.#refresh(ends), REFRESH_MS).unref();
    else await ends.close();
    return {
      poll: async (maxRecords, maxBytes, maxWaitMs) => this.#count(await consumer.poll(maxRecords, maxBytes, maxWaitMs)),
      wake: () => consumer.wake(),
      commit: (offsets) => consumer.commit(offsets),
      get outage() {
        return consumer.outage ?? null;
      },
      close: async () => {
        clearInterval(timer);
        await Promise.all([consumer.close(), ends.close()]);
      },
    };
  }

  #count(fetched: Fetched[]): Fetched[] {
    for (const { topic, partition, records } of fetched) {
      this.#handed += records.count;
      const range = this.#ranges?.get(`${topic}/${partition}`);
      if (range === undefined) continue;
      range.next = lastOffset(records) + 1n;
      delete range.outOfRange;
      if (range.next > range.high) range.high = range.next;
    }
    return fetched;
  }

  async #refresh(ends: Ends): Promise<void> {
    try {
      for (const [key, high] of await ends.highs()) {
        const range = this.#ranges?.get(key);
        if (range !== undefined && high > range.high) range.high = high;
      }
    } catch {
      // The consumer tells when the brokers are gone; the next round asks again.
    }
  }

  #sum(distance: (range: Range) => bigint): bigint | null {
    if (this.#ranges === null) return null;
    let sum = 0n;
    for (const range of this.#ranges.values()) {
      const d = distance(range);
      if (d > 0n) sum += d;
    }
    return sum;
  }
}
