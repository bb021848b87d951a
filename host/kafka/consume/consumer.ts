/**
 * The consumer that a guest holds. It replaces a session that crashes, hangs or no longer fits its topics by a new one, with back-off. Only a failure
 * that an operator must resolve ends the consumer.
 */
import { Backoff } from '../../base/backoff.ts';
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { settles, sleep, unless } from '../../base/wait.ts';
import type { KafkaClient, Lookups } from '../client.ts';
import type { ConsumerOptions, Fetched, PartitionCommit, Topic } from '../contract.ts';
import { connectorError, errorText } from '../fault.ts';
import type { ConsumerHandle, Reading } from '../handles.ts';
import { LocalGroup } from '../local-group.ts';
import { OwnedPartitions } from './assigner/group-assigner.ts';
import { ByteBudget } from './byte-budget.ts';
import { ConsumerSession } from './consumer-session.ts';
import { endingReader, type Reader } from './ending-reader.ts';
import { lookUp } from './first-look.ts';
import { LatestOffsets } from './latest-offsets.ts';
import { LocalStarts } from './local-starts.ts';
import { reconnecting } from './offset-commits.ts';
import { spansOf, startsOf, type ReadingRange } from './reading-range.ts';
import { RecordQueue, type QueueLimits } from './record-queue.ts';
import type { SessionTimes } from './session-times.ts';
import { StartOffsets } from './start-offsets.ts';
import { findTopics } from './topics.ts';

const QUEUE: QueueLimits = { maxRecords: 100_000, maxBytes: 4 * 1024 * 1024 };
/**
 * Most bytes of decompressed records that wait for the guest, for all handlers together. A larger batch is decompressed alone, so the limit is this or
 * one batch (MAX_UNCOMPRESSED_BYTES).
 */
const DECOMPRESSED_BYTES = 32 * 1024 * 1024;
const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 10_000;
const CLOSE_MS = 2_000;

export type ConsumerClient = Pick<KafkaClient, 'log' | 'unreachable' | 'reach' | 'lookups' | 'groupConsumer'>;

export interface ConsumerParts {
  /** When it aborts, `openConsumer` stops dialling and rejects with `cancelled`. It does not end an open consumer. */
  signal?: AbortSignal;
  /** Shared by the consumers of one connector. */
  latest?: LatestOffsets;
  queue?: QueueLimits;
  decompressed?: ByteBudget;
  times?: Partial<SessionTimes>;
}

/** Opens a consumer. Rejects with ConnectorError if no broker answers within the connect timeout, or the client may not read the topics. */
export async function openConsumer(client: ConsumerClient, options: ConsumerOptions, parts: ConsumerParts = {}): Promise<ConsumerHandle> {
  await client.reach(parts.signal);
  const latest = parts.latest ?? new LatestOffsets();
  // A consumer without a group, which only lists topics, must not change the ends that the others share.
  const ends = options.group === '' ? null : await fixEnds(client, options, latest, parts.signal);
  const starts = new StartOffsets({ ...options, latest: ends, log: client.log });
  return new KafkaConsumer(client, options, { ...parts, latest, starts });
}

/**
 * Opens a consumer that joins no group: it needs no permission for one, and leaves nothing behind. It reads the partitions of a range; commits are kept
 * only for its own restarts. Of `options`, group, fromBeginning and resume do not count. Rejects like `openConsumer`, and with `config.invalid` for a range
 * that does not exist.
 */
export async function openReader(
  client: ConsumerClient,
  options: ConsumerOptions,
  range: ReadingRange,
  parts: ConsumerParts = {},
): Promise<Reader> {
  await client.reach(parts.signal);
  const look = { isolation: options.fetching?.isolation, signal: parts.signal };
  const spans = await lookUp(client, (lookups) => spansOf(lookups, options.topics, range), look);
  const local = new LocalGroup(range.partitions ?? null, startsOf(spans));
  return endingReader(
    new KafkaConsumer(client, options, { ...parts, latest: new LatestOffsets(), starts: new LocalStarts(local), local }),
    spans,
  );
}

/**
 * Looks up the topics, so that a missing permission is reported now, and the offsets that "latest" means; null for a consumer that reads from the
 * beginning.
 */
function fixEnds(
  client: ConsumerClient,
  { topics, group, fromBeginning, fetching }: ConsumerOptions,
  latest: LatestOffsets,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, bigint> | null> {
  const look = async (lookups: Lookups): Promise<ReadonlyMap<string, bigint> | null> => {
    const found = await findTopics(lookups, topics);
    return fromBeginning ? null : latest.fix(group, lookups, found);
  };
  return lookUp(client, look, { isolation: fetching?.isolation, signal });
}

interface InnerParts extends ConsumerParts {
  latest: LatestOffsets;
  starts: Pick<StartOffsets, 'of' | 'applied'>;
  /** For a consumer that joins no group. */
  local?: LocalGroup;
}

class KafkaConsumer implements ConsumerHandle {
  readonly #client: ConsumerClient;
  readonly #log: Log;
  readonly #starts: Pick<StartOffsets, 'of' | 'applied'>;
  readonly #latest: LatestOffsets;
  readonly #local: LocalGroup | undefined;
  readonly #times: Partial<SessionTimes>;
  readonly #queue: RecordQueue;
  readonly #decompressed: ByteBudget;
  readonly #owned = new OwnedPartitions();
  readonly #closing = new AbortController();
  readonly #supervisor: Promise<void>;
  /** Its topics are those that are read now. */
  #options: ConsumerOptions;
  /** Resolves when there are topics to read. */
  readonly #subscribed = Promise.withResolvers<void>();
  /** The topics that were listed last, and the look-up that runs. */
  #topics: Topic[] | null = null;
  #looking: Promise<void> | null = null;
  #epoch = 0;
  #session: ConsumerSession | null = null;
  #failure: ConnectorError | null = null;
  #outage: ConnectorError | null = null;
  #polling = false;
  #woken = false;

  constructor(client: ConsumerClient, options: ConsumerOptions, parts: InnerParts) {
    this.#client = client;
    this.#log = client.log;
    this.#options = options;
    this.#starts = parts.starts;
    this.#latest = parts.latest;
    this.#local = parts.local;
    if (options.topics.length > 0) this.#subscribed.resolve();
    this.#times = parts.times ?? {};
    this.#queue = new RecordQueue(parts.queue ?? QUEUE);
    this.#decompressed = parts.decompressed ?? new ByteBudget(DECOMPRESSED_BYTES);
    this.#supervisor = this.#supervise();
  }

  async listTopics(): Promise<Topic[]> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#topics === null) return (this.#topics = await this.#lookForTopics());
    this.#looking ??= this.#lookForTopics()
      .then((topics) => void (this.#topics = topics))
      .catch((error: unknown) => this.#log('debug', 'failed to list the topics, trying again later', { error: errorText(error) }))
      .finally(() => (this.#looking = null));
    return this.#topics;
  }

  #lookForTopics(): Promise<Topic[]> {
    return lookUp(this.#client, (lookups) => lookups.topics(), { signal: this.#closing.signal });
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    const added = topics.filter((topic) => !this.#options.topics.includes(topic));
    if (added.length === 0) return;
    this.#latest.created(this.#options.group, added);
    this.#options = { ...this.#options, topics: [...this.#options.topics, ...added] };
    this.#subscribed.resolve();
    void this.#session?.again(`topics are added: ${added.join(',')}`);
  }

  async poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]> {
    if (this.#closing.signal.aborted) throw closed();
    const deadline = Deadline.after(maxWaitMs);
    this.#woken = false;
    this.#polling = true;
    while (this.#queue.empty && this.#failure === null && !this.#woken && !this.#closing.signal.aborted) {
      if (deadline.isOver) break;
      await this.#queue.data(deadline.leftMs);
    }
    this.#polling = false;
    if (this.#queue.empty && this.#failure !== null) throw this.#failure;
    const fetched = this.#queue.take(maxRecords, maxBytes);
    this.#session?.polled(fetched);
    return fetched;
  }

  wake(): void {
    if (!this.#polling) return;
    this.#woken = true;
    this.#queue.wake();
  }

  async commit(offsets: PartitionCommit[]): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    // The client assigns all partitions again at every join, so all of them have the same current epoch.
    const epoch = this.#epoch;
    const current = offsets.filter((offset) => offset.epoch === epoch);
    if (current.length < offsets.length) {
      const over = offsets.filter((offset) => offset.epoch !== epoch).map(({ topic, partition }) => `${topic}/${partition}`);
      this.#log('debug', 'offsets of an earlier assignment are not committed', { partitions: over.join(' '), current: String(epoch) });
    }
    if (current.length === 0) return;
    if (this.#session === null) throw reconnecting();
    await this.#session.commit(epoch, current);
  }

  get outage(): ConnectorError | null {
    return this.#outage;
  }

  get reading(): Reading {
    const session = this.#session;
    return { positions: session?.positions ?? null, queued: this.#queue.records, throttledMs: session?.throttledMs ?? 0 };
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#queue.clear();
      this.#queue.release();
    }
    await settles(this.#supervisor, CLOSE_MS + 1_000);
  }

  /** Runs one session after the other, until the consumer is closed or has failed for good. */
  async #supervise(): Promise<void> {
    const signal = this.#closing.signal;
    const backoff = new Backoff(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
    await unless(signal, this.#subscribed.promise);
    while (!signal.aborted && this.#failure === null) {
      const session = new ConsumerSession({
        client: this.#client,
        options: this.#options,
        starts: this.#starts,
        local: this.#local,
        queue: this.#queue,
        decompressed: this.#decompressed,
        owned: this.#owned,
        times: this.#times,
        nextEpoch: () => {
          this.#queue.clear();
          this.#outage = null;
          return ++this.#epoch;
        },
        signal,
      });
      this.#session = session;
      try {
        const reason = await session.run();
        if (!signal.aborted) this.#log('info', 'Kafka consumer starts again', { reason });
        backoff.progress();
      } catch (error) {
        const failure = connectorError(error, 'Kafka consumer ended');
        if (signal.aborted) break;
        if (!failure.retryable) {
          this.#fail(failure);
          break;
        }
        this.#outage = failure;
        if (session.joined) backoff.progress();
        const backOffMs = backoff.next();
        this.#log('warn', 'Kafka consumer ended and starts again', { error: failure.message, inMs: String(backOffMs) });
        await sleep(backOffMs, signal);
      } finally {
        this.#session = null;
        await session.end(CLOSE_MS);
      }
    }
  }

  #fail(failure: ConnectorError): void {
    this.#log('error', 'Kafka consumer cannot go on', { error: failure.message });
    this.#failure = failure;
    this.#queue.release();
  }
}

function closed(): ConnectorError {
  return new ConnectorError('cancelled', 'the consumer is closed');
}
