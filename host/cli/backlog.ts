import { ConnectorError } from '../errors.ts';
import { ClientFactory } from '../kafka/client.ts';
import type { Admin } from '../kafka/kafkajs.ts';
import { findTopics } from '../kafka/topics.ts';
import { settles } from '../kafka/wait.ts';
import type { Log } from '../log.ts';
import type { Capabilities, Connection, ConsumerHandle, ConsumerOptions, Fetched, SecretReader } from '../runtime/contract.ts';
import type { Remaining } from './ending.ts';
import { lastOffset } from './record-values.ts';

const REFRESH_MS = 2000;
const LOOKUP_MS = 10_000;

interface Range {
  /** Offset after the last record that was given to the connector, or where the group begins. */
  next: bigint;
  /** The end when reading began. */
  end: bigint;
  /** The end when it was last asked for. */
  high: bigint;
}

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
  #ask: (() => Ends) | null = null;

  /** `follow`: topics that do not exist are waited for. `live`: keep asking for the ends, for a progress line. */
  constructor(options: { follow: boolean; live: boolean }) {
    this.#follow = options.follow;
    this.#live = options.live;
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

  /** The same capabilities, watched. */
  watch(inner: Capabilities, secrets: SecretReader, log: Log): Capabilities {
    return {
      log: (level, message, fields) => inner.log(level, message, fields),
      openProducer: (connection, options) => inner.openProducer(connection, options),
      openConsumer: async (connection, options) => {
        const consumer = await inner.openConsumer(connection, options);
        try {
          this.#ask = () => new Ends(connection, secrets, log, options.topics);
          return await this.#watched(consumer, this.#ask(), options, log);
        } catch (error) {
          await consumer.close();
          throw error;
        }
      },
    };
  }

  async #watched(consumer: ConsumerHandle, ends: Ends, options: ConsumerOptions, log: Log): Promise<ConsumerHandle> {
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
      await ends.close();
      const failure = ConnectorError.from(error);
      if (failure.code === 'config.invalid') throw failure;
      log('debug', `the ends of the topics are not known: ${failure.message}`);
    }
    let timer: NodeJS.Timeout | undefined;
    if (this.#live && this.#ranges !== null) timer = setInterval(() => void this.#refresh(ends), REFRESH_MS).unref();
    else await ends.close();
    return {
      poll: async (maxRecords, maxBytes, maxWaitMs) => this.#count(await consumer.poll(maxRecords, maxBytes, maxWaitMs)),
      wake: () => consumer.wake(),
      commit: (epoch, offsets) => consumer.commit(epoch, offsets),
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

/** Asks the brokers for offsets, over a connection of its own. */
class Ends {
  readonly #admin: Admin;
  readonly #destroy: () => void;
  #topics: string[];
  #connected = false;

  constructor(connection: Connection, secrets: SecretReader, log: Log, topics: string[]) {
    this.#topics = topics;
    const { kafka, dialer } = new ClientFactory(connection, secrets, log).create({ retries: 1, requestTimeoutMs: LOOKUP_MS });
    this.#admin = kafka.admin();
    this.#destroy = () => dialer.destroy(new Error('closed'));
  }

  /** The topics that do not exist; they are left out from here on. */
  async missing(): Promise<string[]> {
    await this.#connect();
    const { found, missing } = await findTopics(this.#admin, this.#topics);
    this.#topics = found;
    return missing;
  }

  async ranges(options: ConsumerOptions): Promise<Map<string, Range>> {
    const starts = new Map(options.resume.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
    if (this.#topics.length > 0) {
      for (const { topic, partitions } of await this.#admin.fetchOffsets({ groupId: options.group, topics: this.#topics })) {
        for (const { partition, offset } of partitions) {
          const key = `${topic}/${partition}`;
          const committed = BigInt(offset);
          if (committed > (starts.get(key) ?? -1n)) starts.set(key, committed);
        }
      }
    }
    const ranges = new Map<string, Range>();
    for (const topic of this.#topics) {
      for (const { partition, high, low } of await this.#admin.fetchTopicOffsets(topic)) {
        const key = `${topic}/${partition}`;
        const end = BigInt(high);
        const first = options.fromBeginning ? BigInt(low) : end;
        const start = starts.get(key) ?? first;
        ranges.set(key, { next: start > BigInt(low) ? start : BigInt(low), end, high: end });
      }
    }
    return ranges;
  }

  async highs(): Promise<Map<string, bigint>> {
    await this.#connect();
    const highs = new Map<string, bigint>();
    for (const topic of this.#topics) {
      for (const { partition, high } of await this.#admin.fetchTopicOffsets(topic)) highs.set(`${topic}/${partition}`, BigInt(high));
    }
    return highs;
  }

  async #connect(): Promise<void> {
    if (!this.#connected) await this.#admin.connect();
    this.#connected = true;
  }

  async close(): Promise<void> {
    await settles(this.#admin.disconnect(), 500);
    this.#destroy();
  }
}
