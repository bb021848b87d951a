/**
 * One kafkajs consumer, from its connection to its end. kafkajs' own restarts are vetoed: they can outlive a disconnect,
 * and lose what was asked of the consumer before.
 */
import { onAbort } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { ConnectorError } from '../../base/errors.ts';
import { settles, sleep } from '../../base/wait.ts';
import type { Log } from '../../base/log.ts';
import type { ConsumerOptions, PartitionOffset } from '../contract.ts';
import { GroupAssigner, type OwnedPartitions } from './assigner/group-assigner.ts';
import { Assignment, type LogRange } from './assignment.ts';
import { BatchHandler } from './batch-handler.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Client, ClientFactory } from '../kafkajs/client.ts';
import { ConfirmedCommits } from '../kafkajs/kafkajs-commit.ts';
import { ConnectionSigns } from './connection-health.ts';
import type { RecordQueue } from './record-queue.ts';
import type { Start, StartOffsets } from './start-offsets.ts';
import { failureText, isPermanent } from '../kafkajs/errors.ts';
import type { Admin, Consumer } from '../kafkajs/kafkajs.ts';
import { OffsetCommits, reconnecting } from './offset-commits.ts';
import { TIMES, type SessionTimes } from './session-times.ts';
import { findTopics } from './topics.ts';

/**
 * Tries of kafkajs itself while a broker is away, about 22 s: less than the session, so that the member is still known when the
 * broker is back. A new member would have to wait until the old one's session is over.
 */
const RETRIES_IN_PLACE = 13;
const MAX_BYTES = 8 * 1024 * 1024;
/** Workers of kafkajs; an idle one costs nothing, one too few stops a partition behind another. */
const CONCURRENCY = 64;
const PREPARE_TRIES = 6;
/** How long a message about an offset waits for what the log holds. */
const RANGE_LOOK_UP_MS = 2_000;
const FIRST_PREPARE_BACK_OFF_MS = 200;
const LONGEST_PREPARE_BACK_OFF_MS = 5_000;

export interface SessionContext {
  factory: ClientFactory;
  options: ConsumerOptions;
  starts: StartOffsets;
  queue: RecordQueue;
  decompressed: ByteBudget;
  owned: OwnedPartitions;
  times: Partial<SessionTimes>;
  /** Begins an epoch: drops what is queued, counts on. */
  nextEpoch(): number;
  signal: AbortSignal;
}

export class ConsumerSession {
  readonly #context: SessionContext;
  readonly #times: SessionTimes;
  readonly #log: Log;
  readonly #client: Client;
  readonly #admin: Admin;
  readonly #signs: ConnectionSigns;
  readonly #batches: BatchHandler;
  readonly #assigner: GroupAssigner;
  readonly #ended = Promise.withResolvers<string>();
  #consumer: Consumer | null = null;
  #over = false;
  #commits: OffsetCommits | null = null;
  #looking = false;
  /** The newest one; null before the first join. */
  #assignment: Assignment | null = null;

  constructor(context: SessionContext) {
    this.#context = context;
    this.#times = { ...TIMES, ...context.times };
    this.#log = context.factory.log;
    this.#signs = new ConnectionSigns(this.#log);
    const { queue, decompressed, signal, options, owned } = context;
    this.#assigner = new GroupAssigner({
      group: options.group,
      owned,
      log: this.#log,
      fetchedOffsets: (topics) => this.#assignment?.fetchedOffsets(topics),
    });
    this.#batches = new BatchHandler({
      queue,
      decompressed,
      signal,
      log: this.#log,
      failed: (failure) => this.#ended.reject(failure),
      again: (reason) => this.#ended.resolve(reason),
    });
    this.#client = context.factory.create({
      retries: RETRIES_IN_PLACE,
      // At once, and not when kafkajs gives up: nothing but the policy can mend it.
      onRefused: (error) => this.#ended.reject(error),
      onLog: (message, facts) => this.#onLog(message, facts),
    });
    this.#admin = this.#client.kafka.admin();
    // Whoever awaits `run` sees it; nobody need.
    this.#ended.promise.catch(() => undefined);
  }

  /** True once it was a member of its group. */
  get joined(): boolean {
    return this.#assignment !== null;
  }

  /** Resolves with the reason when a new session is wanted, rejects when this one failed. */
  async run(): Promise<string> {
    const { options, signal } = this.#context;
    const forget = onAbort(signal, () => this.#ended.resolve('closed'));
    const timers: NodeJS.Timeout[] = [];
    try {
      await Promise.race([this.#start(timers), this.#ended.promise]);
      return await this.#ended.promise;
    } finally {
      this.#over = true;
      for (const timer of timers) clearInterval(timer);
      forget();
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
      partitionAssigners: this.#assigner.partitionAssigners,
      sessionTimeout: this.#times.sessionTimeoutMs,
      heartbeatInterval: this.#times.heartbeatIntervalMs,
      rebalanceTimeout: this.#times.rebalanceTimeoutMs,
      maxWaitTimeInMs: this.#times.maxWaitMs,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      metadataMaxAge: this.#times.metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES_IN_PLACE, restartOnFailure: async () => false },
    });
    this.#consumer = consumer;
    const confirmed = new ConfirmedCommits(consumer, this.#times.commitTimeoutMs, this.#context.factory.commitMetadata);
    this.#commits = new OffsetCommits(confirmed, () => this.#assignment, signal);
    const { CRASH, FETCH, HEARTBEAT, REBALANCING, RECEIVED_UNSUBSCRIBED_TOPICS, GROUP_JOIN, END_BATCH_PROCESS } = consumer.events;
    consumer.on(FETCH, () => this.#signs.fetched());
    consumer.on(HEARTBEAT, () => this.#signs.answered());
    consumer.on(CRASH, ({ payload }) => this.#ended.reject(payload.error));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#signs.answered();
      this.#assigner.joined(payload);
      this.#onJoin(payload.memberAssignment);
    });
    consumer.on(REBALANCING, () => this.#assigner.rebalancing());
    consumer.on(RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => this.#assigner.ignored(payload.topicsNotSubscribed));
    consumer.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) this.#assignment?.passedOver(topic, partition, BigInt(lastOffset));
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
      // Every batch follows a join.
      eachBatch: (payload) => this.#batches.handle(payload, this.#assignment!),
    });
    if (this.#over) return;
    timers.push(setInterval(() => this.#watch(), Math.min(5_000, this.#times.watchdogMs / 2)));
    timers.push(setInterval(() => void this.#assigner.watch(), this.#times.metadataMaxAgeMs));
    if (topics.missing.length > 0) timers.push(setInterval(() => void this.#lookForTopics(topics.missing), this.#times.topicPollMs));
  }

  #watch(): void {
    const { silentMs } = this.#signs;
    if (silentMs > this.#times.watchdogMs)
      this.#ended.reject(new ConnectorError('kafka.timeout', `no fetch and no heartbeat for ${Math.round(silentMs)} ms`));
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

  #onJoin(partitions: Readonly<Record<string, number[]>>): void {
    const live = (): boolean => this.#assignment === assignment && !this.#over && !this.#context.signal.aborted;
    const assignment = new Assignment(this.#context.nextEpoch(), this.#log, live, (topic, partition) => this.#logRange(topic, partition));
    this.#assignment = assignment;
    const text = Object.entries(partitions).map(([topic, numbers]) => `${topic}:${numbers.join('+')}`);
    this.#log('info', 'joined the consumer group', {
      group: this.#context.options.group,
      epoch: String(assignment.epoch),
      partitions: text.join(' '),
    });
    assignment.prepared = this.#prepare(assignment, partitions);
  }

  /** Puts the start offsets in place; until then no record of this epoch is handed out. */
  async #prepare(assignment: Assignment, partitions: Readonly<Record<string, number[]>>): Promise<void> {
    const backoff = new Backoff(FIRST_PREPARE_BACK_OFF_MS, LONGEST_PREPARE_BACK_OFF_MS);
    for (let tries = 1; assignment.live; tries++) {
      try {
        const starts = await this.#context.starts.of(this.#admin, partitions);
        if (assignment.live) await this.#applyStarts(assignment, starts);
        return;
      } catch (error) {
        if (!assignment.live) return;
        if (isPermanent(error)) return this.#ended.reject(error);
        // The admin client may have lost its brokers for good while heartbeats go on: only a new session has a new one.
        if (tries >= PREPARE_TRIES) {
          const text = `failed to set the start offsets: ${failureText(error)}`;
          return this.#ended.reject(new ConnectorError('kafka.unreachable', text, { cause: error }));
        }
        this.#log('warn', 'failed to set the start offsets, trying again...', { error: failureText(error) });
        await sleep(backoff.next(), this.#context.signal);
      }
    }
  }

  async #applyStarts(assignment: Assignment, starts: Start[]): Promise<void> {
    const moved = starts.filter((start) => start.start !== null);
    if (moved.length > 0) {
      await this.#commits!.send(
        assignment,
        moved.map(({ topic, partition, start }) => ({ topic, partition, nextOffset: start! })),
      );
      if (!assignment.live) return;
    }
    for (const { topic, partition, start } of moved) {
      this.#consumer!.seek({ topic, partition, offset: String(start) });
      this.#log('info', 'partition starts at', { topic, partition: String(partition), offset: String(start) });
    }
    assignment.begin(starts);
    this.#context.starts.applied(starts);
  }

  async #logRange(topic: string, partition: number): Promise<LogRange | null> {
    const looking = this.#admin.fetchTopicOffsets(topic);
    if (!(await settles(looking, RANGE_LOOK_UP_MS, this.#context.signal))) return null;
    const ranges = await looking.catch(() => []);
    const range = ranges.find((entry) => entry.partition === partition);
    return range === undefined ? null : { earliest: range.low, end: range.high };
  }

  /** kafkajs tells of lost connections and of offsets out of range in its log only. */
  #onLog(message: string, facts: Record<string, unknown>): void {
    if (message.startsWith('Connection error') && this.joined && !this.#over) return this.#signs.lost(message, String(facts['broker']));
    if (!message.startsWith('Offset out of range, resetting')) return;
    const { topic, partition } = facts as { topic: string; partition: number };
    this.#assignment?.outOfRange(topic, partition);
  }

  /** Commits for the assignment that the guest knows by this epoch; one of an earlier session's is not known here. */
  async commit(epoch: number, offsets: PartitionOffset[]): Promise<void> {
    const assignment = this.#assignment;
    if (assignment === null || !assignment.live || assignment.epoch !== epoch) throw reconnecting();
    await this.#commits!.commit(assignment, offsets);
  }
}
