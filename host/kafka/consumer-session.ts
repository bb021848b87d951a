/**
 * One kafkajs consumer, from its connection to its end. kafkajs' own restarts are vetoed: they can outlive a disconnect,
 * and lose what was asked of the consumer before.
 */
import { ConnectorError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConsumerOptions, PartitionOffset, RecordSet } from '../runtime/contract.ts';
import { BatchReader } from './batch-reader.ts';
import type { Client, ClientFactory } from './client.ts';
import { ConfirmedCommits } from './confirmed-commit.ts';
import type { RecordQueue } from './consumer-queue.ts';
import { partitionKey, type Start, type StartOffsets } from './consumer-starts.ts';
import { failureText, isPermanent, kafkaError, protocolType } from './kafka-errors.ts';
import kafkajs, { type Admin, type Consumer, type EachBatchPayload } from './kafkajs.ts';
import { RecordMerger } from './record-merger.ts';
import { trimBelow } from './record-set.ts';
import { TIMES, type SessionTimes } from './session-times.ts';
import { findTopics } from './topics.ts';
import { settles, sleep } from './wait.ts';

/**
 * Tries of kafkajs itself while a broker is away, about 22 s: less than the session, so that the member is still known when the
 * broker is back. A new member would have to wait until the old one's session is over.
 */
const RETRIES_IN_PLACE = 13;
const MAX_BYTES = 8 * 1024 * 1024;
const METADATA_MAX_AGE_MS = 30_000;
/** Workers of kafkajs; an idle one costs nothing, one too few stops a partition behind another. */
const CONCURRENCY = 64;
const PREPARE_TRIES = 6;
const ROOM_WAIT_MS = 1_000;
/** No connection error for so long: the connection is back. Longer than kafkajs' waits between tries. */
const QUIET_MS = 4_000;
/** Answers to a commit that say that the assignment is over. */
const EPOCH_IS_OVER: ReadonlySet<string> = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS']);
const REJOIN_WAIT_MS = 2_000;
export const RECONNECTING = 'offsets are not committed: the consumer is reconnecting';

export interface SessionContext {
  factory: ClientFactory;
  options: ConsumerOptions;
  starts: StartOffsets;
  queue: RecordQueue;
  times: Partial<SessionTimes>;
  /** Begins an epoch: drops what is queued, counts on. */
  nextEpoch(): number;
  epoch(): number;
  signal: AbortSignal;
}

interface Partition {
  /** What the group has, as far as known here; commits never go below it. */
  committed: bigint;
  /** Offset that the next fetch should begin at; undefined before the first one. */
  expected: bigint | undefined;
}

export class ConsumerSession {
  readonly #context: SessionContext;
  readonly #times: SessionTimes;
  readonly #log: Log;
  readonly #client: Client;
  readonly #admin: Admin;
  readonly #ended = Promise.withResolvers<string>();
  #consumer: Consumer | null = null;
  #over = false;
  #lastSign = Date.now();
  #commits: ConfirmedCommits | null = null;
  #looking = false;
  /** The epoch whose start offsets are in place. */
  #readyEpoch = 0;
  #ready: Promise<void> = Promise.resolve();
  #partitions = new Map<string, Partition>();
  /** Partitions of this epoch whose offset was out of range. */
  readonly #resets = new Set<string>();
  readonly #batches: BatchReader;
  #joinedEpoch = 0;
  /** Time of the last connection error; 0 = none since all was well. */
  #lostAt = 0;

  constructor(context: SessionContext) {
    this.#context = context;
    this.#times = { ...TIMES, ...context.times };
    this.#log = context.factory.log;
    this.#batches = new BatchReader(this.#log);
    this.#client = context.factory.create({ retries: RETRIES_IN_PLACE, onLog: (message, facts) => this.#onLog(message, facts) });
    this.#admin = this.#client.kafka.admin();
    // Whoever awaits `run` sees it; nobody need.
    this.#ended.promise.catch(() => undefined);
  }

  /** True once it was a member of its group. */
  get joined(): boolean {
    return this.#joinedEpoch > 0;
  }

  /** Resolves with the reason when a new session is wanted, rejects when this one failed. */
  async run(): Promise<string> {
    const { options, signal } = this.#context;
    const onAbort = (): void => this.#ended.resolve('closed');
    signal.addEventListener('abort', onAbort, { once: true });
    const timers: NodeJS.Timeout[] = [];
    try {
      await Promise.race([this.#start(timers), this.#ended.promise]);
      return await this.#ended.promise;
    } finally {
      this.#over = true;
      for (const timer of timers) clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      this.#log('debug', 'Kafka consumer session is over', { group: options.group });
    }
  }

  /** Leaves the group if that goes quickly; then no socket is left. */
  async end(timeoutMs: number): Promise<void> {
    this.#over = true;
    this.#context.queue.release();
    const consumer = this.#consumer;
    if (consumer !== null) await settles(consumer.disconnect(), timeoutMs);
    await settles(this.#admin.disconnect(), 200);
    this.#client.dialer.destroy(new Error('the consumer is closed'));
  }

  async #start(timers: NodeJS.Timeout[]): Promise<void> {
    const { options, signal } = this.#context;
    await this.#admin.connect();
    if (this.#over) return;
    let topics = await findTopics(this.#admin, options.topics);
    if (topics.missing.length > 0) this.#log('warn', 'waiting for topics that do not exist', { topics: topics.missing.join(',') });
    while (topics.found.length === 0) {
      await sleep(this.#times.topicPollMs, signal);
      if (this.#over || signal.aborted) return;
      topics = await findTopics(this.#admin, options.topics);
    }

    const consumer = this.#client.kafka.consumer({
      groupId: options.group,
      sessionTimeout: this.#times.sessionTimeoutMs,
      heartbeatInterval: this.#times.heartbeatIntervalMs,
      rebalanceTimeout: this.#times.rebalanceTimeoutMs,
      maxWaitTimeInMs: this.#times.maxWaitMs,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES_IN_PLACE, restartOnFailure: async () => false },
    });
    this.#consumer = consumer;
    this.#commits = new ConfirmedCommits(consumer, this.#times.commitTimeoutMs, this.#context.factory.commitMetadata);
    const { CRASH, FETCH, HEARTBEAT, GROUP_JOIN } = consumer.events;
    const sign = (): void => {
      this.#lastSign = Date.now();
    };
    consumer.on(FETCH, sign);
    consumer.on(HEARTBEAT, () => {
      sign();
      this.#found();
    });
    consumer.on(CRASH, ({ payload }) => this.#ended.reject(payload.error));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      sign();
      this.#found();
      this.#onJoin(payload.memberAssignment);
    });
    await consumer.connect();
    if (this.#over) return;
    // "Latest" is committed offsets here; should kafkajs ever have to choose, records come again instead of being skipped.
    await consumer.subscribe({ topics: topics.found, fromBeginning: true });
    if (this.#over) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
    if (this.#over) return;
    timers.push(setInterval(() => this.#watch(), Math.min(5_000, this.#times.watchdogMs / 2)));
    if (topics.missing.length > 0) timers.push(setInterval(() => void this.#lookForTopics(topics.missing), this.#times.topicPollMs));
  }

  #watch(): void {
    const silentMs = Date.now() - this.#lastSign;
    if (silentMs > this.#times.watchdogMs)
      this.#ended.reject(new ConnectorError('kafka.timeout', `no fetch and no heartbeat for ${silentMs} ms`));
  }

  async #lookForTopics(missing: string[]): Promise<void> {
    // While brokers are away a look takes longer than the interval.
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { found } = await findTopics(this.#admin, missing);
      if (found.length > 0) this.#ended.resolve(`topics were made: ${found.join(',')}`);
    } catch (error) {
      this.#log('debug', 'failed to look for missing topics', { error: failureText(error) });
    } finally {
      this.#looking = false;
    }
  }

  #onJoin(assignment: Readonly<Record<string, number[]>>): void {
    const epoch = this.#context.nextEpoch();
    this.#joinedEpoch = epoch;
    this.#partitions = new Map();
    this.#resets.clear();
    const text = Object.entries(assignment).map(([topic, partitions]) => `${topic}:${partitions.join('+')}`);
    this.#log('info', 'joined the consumer group', {
      group: this.#context.options.group,
      epoch: String(epoch),
      partitions: text.join(' '),
    });
    this.#ready = this.#prepare(epoch, assignment);
  }

  #live(epoch: number): boolean {
    return !this.#over && !this.#context.signal.aborted && this.#context.epoch() === epoch;
  }

  /** Puts the start offsets in place; until then no record of this epoch is handed out. */
  async #prepare(epoch: number, assignment: Readonly<Record<string, number[]>>): Promise<void> {
    for (let waitMs = 200, tries = 1; this.#live(epoch); waitMs = Math.min(waitMs * 2, 5_000), tries++) {
      try {
        const starts = await this.#context.starts.of(this.#admin, assignment);
        if (!this.#live(epoch)) return;
        await this.#applyStarts(epoch, starts);
        return;
      } catch (error) {
        if (!this.#live(epoch)) return;
        if (isPermanent(error)) return this.#ended.reject(error);
        // The admin client may have lost its brokers for good while heartbeats go on: only a new session has a new one.
        if (tries >= PREPARE_TRIES) {
          const text = `failed to set the start offsets: ${failureText(error)}`;
          return this.#ended.reject(new ConnectorError('kafka.unreachable', text, { cause: error }));
        }
        this.#log('warn', 'failed to set the start offsets, trying again...', { error: failureText(error) });
        await sleep(waitMs, this.#context.signal);
      }
    }
  }

  async #applyStarts(epoch: number, starts: Start[]): Promise<void> {
    const moved = starts.filter((start) => start.start !== null);
    if (moved.length > 0) {
      await this.#send(
        epoch,
        moved.map(({ topic, partition, start }) => ({ topic, partition, nextOffset: start! })),
      );
      if (!this.#live(epoch)) return;
    }
    for (const { topic, partition, committed, start } of starts) {
      const expected = start ?? (committed >= 0n ? committed : undefined);
      const key = partitionKey(topic, partition);
      const state = { committed: start ?? committed, expected };
      this.#partitions.set(key, state);
      if (this.#resets.has(key)) this.#outOfRange(topic, partition, state);
      if (start === null) continue;
      this.#consumer!.seek({ topic, partition, offset: String(start) });
      this.#log('info', 'partition starts at', { topic, partition: String(partition), offset: String(start) });
    }
    this.#context.starts.applied(starts);
    this.#readyEpoch = epoch;
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    try {
      await this.#handle(payload);
    } catch (error) {
      // kafkajs ends a consumer for good on a TypeError and its like; its own errors (heartbeat) must pass unchanged.
      if (error instanceof Error && error.name.startsWith('KafkaJS')) throw error;
      const failure = ConnectorError.from(error);
      if (failure.code === 'kafka.corrupt') {
        this.#ended.reject(failure);
        return;
      }
      this.#log('error', 'a fetched batch could not be handled', { error: failure.message });
      throw new kafkajs.KafkaJSError(failure.message);
    }
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const { queue } = this.#context;
    const epoch = this.#context.epoch();
    const current = (): boolean => this.#live(epoch) && payload.isRunning() && !payload.isStale();
    while (this.#readyEpoch !== epoch) {
      if (!current()) return;
      await settles(this.#ready, ROOM_WAIT_MS);
      if (this.#readyEpoch !== epoch) await sleep(50, this.#context.signal);
      await payload.heartbeat();
    }
    if (!current()) return;
    const key = partitionKey(topic, partition);
    const state = this.#partitions.get(key);
    const fetchOffset = BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (state?.expected !== undefined && state.expected !== fetchOffset) this.#jumped(topic, partition, state.expected, fetchOffset);

    const merger = new RecordMerger();
    /** False if the epoch ended while there was no room. */
    const hand = async (ready: RecordSet[]): Promise<boolean> => {
      for (const records of ready) {
        if (!current()) return false;
        while (queue.full) {
          await queue.room(ROOM_WAIT_MS);
          if (!current()) return false;
          await payload.heartbeat();
          if (!current()) return false;
        }
        queue.push({ topic, partition, epoch, records });
      }
      return true;
    };
    // What the merger holds is not handed out yet, so nothing beyond it may be resolved.
    let handed: string | null = null;
    const resolve = (): void => {
      if (handed === null) return;
      payload.resolveOffset(handed);
      if (state !== undefined) state.expected = BigInt(handed) + 1n;
    };
    for (const { sets, last, failure } of this.#batches.recordSets(batch, key)) {
      for (const set of sets) {
        const records = trimBelow(set, fetchOffset);
        if (records === null || records.count === 0) continue;
        const ready = merger.add(records);
        if (ready.length === 0) continue;
        if (!(await hand(ready))) return;
        resolve();
      }
      if (failure !== undefined) {
        // What precedes a batch that cannot be read is good.
        if (await hand(merger.flush())) resolve();
        throw failure;
      }
      handed = last;
    }
    if (!(await hand(merger.flush()))) return;
    resolve();
    // kafkajs resolves control batches behind the last message with it.
    if (state !== undefined) state.expected = BigInt(batch.lastOffset()) + 1n;
  }

  /** kafkajs has reset the position after an offset was out of range; what is still there is read, and the operator is told. */
  #jumped(topic: string, partition: number, expected: bigint, actual: bigint): void {
    this.#log('error', 'offset out of range: records between are gone or come again; going on at the earliest that there is', {
      topic,
      partition: String(partition),
      expectedOffset: String(expected),
      actualOffset: String(actual),
    });
  }

  /** kafkajs tells of lost connections and of offsets out of range in its log only. */
  #onLog(message: string, facts: Record<string, unknown>): void {
    if (message.startsWith('Connection error') && this.#joinedEpoch > 0 && !this.#over) return this.#lost(message, facts);
    if (!message.startsWith('Offset out of range, resetting')) return;
    const { topic, partition } = facts as { topic: string; partition: number };
    const key = partitionKey(topic, partition);
    const state = this.#partitions.get(key);
    this.#resets.add(key);
    // Before the start offsets are known it waits for them.
    if (state !== undefined) this.#outOfRange(topic, partition, state);
  }

  /** Said once, and once more when all is well again: one broker of several may stay away while the others answer. */
  #lost(error: string, { broker }: Record<string, unknown>): void {
    const known = this.#lostAt > 0;
    this.#lostAt = Date.now();
    if (!known) this.#log('warn', 'connection to Kafka lost, trying again...', { broker: String(broker), error });
  }

  #found(): void {
    if (this.#lostAt === 0 || Date.now() - this.#lostAt < QUIET_MS) return;
    this.#lostAt = 0;
    this.#log('info', 'connection to Kafka is back');
  }

  #outOfRange(topic: string, partition: number, state: Partition): void {
    const expectedOffset = String(state.expected ?? state.committed);
    // What comes now may lie below the old commit, and is the truth.
    state.committed = -1n;
    this.#log('error', 'offset out of range: the broker no longer has, or never had, the next offset', {
      topic,
      partition: String(partition),
      expectedOffset,
    });
  }

  /** Ignores partitions that are not ours and offsets that would rewind. */
  async commit(epoch: number, offsets: PartitionOffset[]): Promise<void> {
    if (this.#context.epoch() !== epoch) return;
    if (!this.#live(epoch) || this.#joinedEpoch !== epoch) throw new ConnectorError('kafka.unreachable', RECONNECTING);
    if (this.#readyEpoch !== epoch) return; // nothing of it was handed out yet
    const due = offsets.filter(({ topic, partition, nextOffset }) => {
      const state = this.#partitions.get(partitionKey(topic, partition));
      return state !== undefined && nextOffset > state.committed;
    });
    if (due.length === 0) return;
    try {
      await this.#send(epoch, due);
    } catch (error) {
      const type = protocolType(error);
      if (type !== undefined && EPOCH_IS_OVER.has(type)) {
        const deadline = Date.now() + REJOIN_WAIT_MS;
        while (this.#live(epoch) && Date.now() < deadline) await sleep(50, this.#context.signal);
        if (this.#context.epoch() !== epoch) return;
      }
      throw kafkaError(error, 'failed to commit records');
    }
    for (const { topic, partition, nextOffset } of due) {
      const state = this.#partitions.get(partitionKey(topic, partition));
      if (state !== undefined && nextOffset > state.committed && this.#context.epoch() === epoch) state.committed = nextOffset;
    }
  }

  #send(epoch: number, offsets: PartitionOffset[]): Promise<void> {
    return this.#commits?.commit(offsets, () => this.#live(epoch)) ?? Promise.reject(new ConnectorError('kafka.unreachable', RECONNECTING));
  }
}
