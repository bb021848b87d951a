/**
 * One membership in the group, from its connection to its end. A session that fails, hangs or no longer fits its topics is not repaired: its supervisor
 * (`consumer.ts`) begins a new one.
 */
import { onAbort } from '../../base/abort.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { settles } from '../../base/wait.ts';
import type { KafkaClient, PartitionRange } from '../client.ts';
import type { ConsumerOptions, Fetched, PartitionOffset } from '../contract.ts';
import type { FetchedPartition, GroupConsumer, GroupJoin } from '../group-consumer.ts';
import type { LocalGroup } from '../local-group.ts';
import { GroupAssigner, type OwnedPartitions } from './assigner/group-assigner.ts';
import { Assignment } from './assignment.ts';
import { BatchHandler } from './batch-handler.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ConnectionHealth } from './connection-health.ts';
import { MissingTopics } from './missing-topics.ts';
import { OffsetCommits, reconnecting } from './offset-commits.ts';
import type { RecordQueue } from './record-queue.ts';
import { revoked } from './revocation.ts';
import { FETCHING, timesOf, type SessionTimes } from './session-times.ts';
import type { StartOffsets } from './start-offsets.ts';
import { StartPreparation } from './start-preparation.ts';

/**
 * Retries of the client while a broker is away, about 22 s. That is less than the session timeout, so that the member is still known when the broker is
 * back. A new member would have to wait until the session of the old one times out.
 */
const RETRIES_IN_PLACE = 13;
/** Partitions handled at the same time. With too few, a partition that waits would block others. */
const MAX_HANDLERS = 64;
/** How long the log line for an offset out of range waits for the range of the log. */
const RANGE_LOOK_UP_MS = 2_000;

export interface SessionContext {
  client: Pick<KafkaClient, 'log' | 'groupConsumer'>;
  options: ConsumerOptions;
  starts: Pick<StartOffsets, 'of' | 'applied'>;
  /** Set if it reads without a group of the brokers. */
  local?: LocalGroup | undefined;
  queue: RecordQueue;
  decompressed: ByteBudget;
  owned: OwnedPartitions;
  times: Partial<SessionTimes>;
  /** Begins an epoch: drops the queued records, and returns the next number. */
  nextEpoch(): number;
  signal: AbortSignal;
}

export class ConsumerSession {
  readonly #context: SessionContext;
  readonly #times: SessionTimes;
  readonly #log: Log;
  readonly #consumer: GroupConsumer;
  readonly #health: ConnectionHealth;
  readonly #missing: MissingTopics;
  readonly #batches: BatchHandler;
  readonly #assigner: GroupAssigner;
  readonly #commits: OffsetCommits;
  readonly #preparation: StartPreparation;
  readonly #ended = Promise.withResolvers<string>();
  readonly #over = new AbortController();
  /** The newest assignment; null before the first join. */
  #assignment: Assignment | null = null;

  constructor(context: SessionContext) {
    const { client, queue, decompressed, signal, options, owned, starts } = context;
    const log = client.log;
    this.#context = context;
    this.#times = { ...timesOf(options), ...context.times };
    this.#log = log;
    this.#health = new ConnectionHealth(log);
    this.#assigner = new GroupAssigner({ group: options.group, owned, log });
    this.#batches = new BatchHandler({
      queue,
      decompressed,
      signal,
      log,
      failed: (failure) => this.#ended.reject(failure),
      again: (reason) => this.#ended.resolve(reason),
    });
    this.#consumer = this.#groupConsumer();
    this.#missing = new MissingTopics({ lookups: this.#consumer.lookups, pollMs: this.#times.topicPollMs, log });
    this.#commits = new OffsetCommits(this.#consumer, () => this.#assignment, signal);
    this.#preparation = new StartPreparation({ consumer: this.#consumer, commits: this.#commits, starts, log, signal });
    // `run` awaits this promise. The handler prevents an unhandled rejection before `run` is called.
    this.#ended.promise.catch(() => undefined);
  }

  /** True once it was a member of its group. */
  get joined(): boolean {
    return this.#assignment !== null;
  }

  /** The guest has polled these records. */
  polled(fetched: readonly Fetched[]): void {
    this.#assignment?.polled(fetched);
  }

  /** As `Reading.positions`. */
  get positions(): ReadonlyMap<string, bigint | null> | null {
    return this.#assignment?.live === true && this.#assignment.ready ? this.#assignment.positions() : null;
  }

  get throttledMs(): number {
    return this.#health.throttledMs;
  }

  /** Resolves with the reason when a new session is needed, rejects when this one has failed. */
  async run(): Promise<string> {
    const { options, signal } = this.#context;
    const forget = onAbort(signal, () => this.#ended.resolve('closed'));
    const timers: NodeJS.Timeout[] = [];
    try {
      await Promise.race([this.#start(timers), this.#ended.promise]);
      return await this.#ended.promise;
    } finally {
      this.#over.abort();
      for (const timer of timers) clearInterval(timer);
      forget();
      this.#log('debug', 'Kafka consumer session is over', { group: options.group });
    }
  }

  /** Ends the session, so that a new one begins, when what was delivered is committed or the wait for that is over. Never rejects. */
  async again(reason: string): Promise<void> {
    await this.#revoke();
    this.#ended.resolve(reason);
  }

  /** Leaves the group within `timeoutMs`, and closes all sockets. */
  async end(timeoutMs: number): Promise<void> {
    this.#over.abort();
    this.#context.queue.release();
    await this.#consumer.close(timeoutMs);
  }

  /** Commits for the assignment of this epoch. Rejects for the assignment of an earlier session. */
  async commit(epoch: number, offsets: PartitionOffset[]): Promise<void> {
    const assignment = this.#assignment;
    if (assignment === null || !assignment.live || assignment.epoch !== epoch) throw reconnecting();
    await this.#commits.commit(assignment, offsets);
  }

  #groupConsumer(): GroupConsumer {
    const { client, options } = this.#context;
    const [health, assigner] = [this.#health, this.#assigner];
    return client.groupConsumer({
      group: options.group,
      local: this.#context.local,
      times: this.#times,
      fetching: options.fetching ?? FETCHING,
      maxHandlers: MAX_HANDLERS,
      retries: RETRIES_IN_PLACE,
      assigner,
      listener: {
        joined: (join) => {
          health.answered();
          assigner.joined(join);
          this.#onJoin(join);
        },
        rebalancing: () => assigner.rebalancing(),
        revoking: () => this.#revoke(),
        ignored: (topics) => assigner.ignored(topics),
        fetchAnswered: () => health.fetched(),
        heartbeatAnswered: () => health.answered(),
        connectionLost: (broker, reason) => {
          if (this.joined && !this.#isOver) health.lost(broker, reason);
        },
        throttled: (ms) => health.throttled(ms),
        committed: (offsets) => this.#assignment?.clientBegins(offsets),
        outOfRange: (topic, partition) => this.#assignment?.outOfRange(topic, partition),
        passedOver: (topic, partition, lastOffset) => this.#assignment?.passedOver(topic, partition, lastOffset),
        refused: (error) => this.#ended.reject(error),
        crashed: (error) => this.#ended.reject(error),
        handle: (fetched) => this.#handle(fetched),
      },
    });
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  async #start(timers: NodeJS.Timeout[]): Promise<void> {
    const { signal } = this.#over;
    await this.#consumer.lookups.connect();
    if (this.#isOver) return;
    const { found, missing } = await this.#missing.waitForFirst(this.#context.options.topics, signal);
    if (this.#isOver) return;
    await this.#consumer.join(found, signal);
    if (this.#isOver) return;
    timers.push(setInterval(() => this.#watch(), Math.min(5_000, this.#times.watchdogMs / 2)));
    timers.push(setInterval(() => void this.#assigner.watch(), this.#times.metadataMaxAgeMs));
    if (missing.length > 0) timers.push(setInterval(() => void this.#lookForTopics(missing), this.#times.topicPollMs));
  }

  #watch(): void {
    const { silentMs } = this.#health;
    if (silentMs > this.#times.watchdogMs)
      this.#ended.reject(new ConnectorError('kafka.timeout', `no fetch and no heartbeat for ${Math.round(silentMs)} ms`));
  }

  async #lookForTopics(missing: readonly string[]): Promise<void> {
    const found = await this.#missing.look(missing);
    if (found.length > 0) await this.again(`topics were made: ${found.join(',')}`);
  }

  #onJoin(join: GroupJoin): void {
    const live = (): boolean => this.#assignment === assignment && !this.#isOver && !this.#context.signal.aborted;
    const assignment = new Assignment(this.#context.nextEpoch(), this.#log, live, (topic, partition) => this.#logRange(topic, partition));
    this.#assignment = assignment;
    const text = Object.entries(join.assignment).map(([topic, numbers]) => `${topic}:${numbers.join('+')}`);
    const { options, local } = this.#context;
    this.#log('info', local === undefined ? 'joined the consumer group' : 'reads without a consumer group', {
      ...(local === undefined && { group: options.group }),
      epoch: String(assignment.epoch),
      partitions: text.join(' '),
    });
    assignment.prepared = this.#preparation.prepare(assignment, join.assignment).catch((error: unknown) => this.#ended.reject(error));
  }

  /** Waits until everything delivered is committed, in a bound. Afterwards no more records are handed out until the next join. */
  async #revoke(): Promise<void> {
    const assignment = this.#assignment;
    if (assignment === null || !assignment.live || !assignment.ready) return;
    await revoked(assignment, { queue: this.#context.queue, times: this.#times, log: this.#log });
  }

  /** Handles the batches of a partition. They always come after a join. */
  #handle(fetched: FetchedPartition): Promise<void> {
    return this.#assignment === null ? Promise.resolve() : this.#batches.handle(fetched, this.#assignment);
  }

  async #logRange(topic: string, partition: number): Promise<PartitionRange | null> {
    const looking = this.#consumer.lookups.ranges(topic);
    if (!(await settles(looking, RANGE_LOOK_UP_MS, this.#context.signal))) return null;
    const ranges = await looking.catch(() => []);
    return ranges.find((entry) => entry.partition === partition) ?? null;
  }
}
