/**
 * A kafkajs consumer as a GroupConsumer. kafkajs' own restarts are turned off: they can happen after a disconnect, and lose settings that were made on the
 * consumer before.
 */
import { cancelledBy } from '../../base/abort.ts';
import { ConnectorError } from '../../base/errors.ts';
import { settles } from '../../base/wait.ts';
import { hostPort } from '../../net/host-name.ts';
import type { Lookups } from '../client.ts';
import type { PartitionOffset } from '../contract.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../group-consumer.ts';
import type { Client, ClientFactory } from './client.ts';
import type { CommitMetadata } from './commit-metadata.ts';
import { adminOf } from './cluster.ts';
import { faultOf, withFaults } from './errors.ts';
import { KafkajsFetchedPartition } from './fetched-partition.ts';
import { partitionAssigners } from './group-protocol.ts';
import { ConfirmedCommits } from './kafkajs-commit.ts';
import type { Consumer } from './kafkajs.ts';
import { coordinateLocally } from './local-coordinator.ts';
import { KafkajsLookups } from './lookups.ts';
import { onOffsetReset } from './offset-reset.ts';

const LOOKUPS_CLOSE_MS = 200;

export class KafkajsGroupConsumer implements GroupConsumer {
  readonly lookups: Lookups;
  readonly #options: GroupConsumerOptions;
  readonly #kafka: Client['kafka'];
  readonly #commitMetadata: CommitMetadata;
  /** Null before `join`. */
  #joining: { consumer: Consumer; commits: ConfirmedCommits } | null = null;
  /** The generation of the last join that the coordinator has answered. */
  #generation = -1;

  constructor(factory: Pick<ClientFactory, 'create' | 'commitMetadata'>, options: GroupConsumerOptions) {
    const { listener } = options;
    this.#options = options;
    this.#commitMetadata = factory.commitMetadata;
    const { kafka, dialer } = factory.create({
      retries: options.retries,
      // It is reported at once, and not when kafkajs gives up, because only a change of the policy helps.
      onRefused: (error) => listener.refused(error),
      onLost: (host, port, error) => listener.connectionLost(hostPort(host, port), `Connection error: ${error.message}`),
      onThrottled: (ms) => listener.throttled(ms),
    });
    this.#kafka = kafka;
    this.lookups = new KafkajsLookups(adminOf(kafka, options.fetching.isolation), () =>
      dialer.destroy(new Error('the consumer is closed')),
    );
  }

  async join(topics: readonly string[], signal: AbortSignal): Promise<void> {
    const consumer = this.#create();
    const steps = [
      () => consumer.connect(),
      // "Latest" is a committed offset here. If kafkajs ever has to choose an offset, records are delivered again instead of skipped.
      () => consumer.subscribe({ topics: [...topics], fromBeginning: true }),
      () =>
        consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          // The number of kafkajs' workers. An idle worker costs nothing; with too few, a partition that waits would block others.
          partitionsConsumedConcurrently: this.#options.maxHandlers,
          eachBatch: (payload) => new KafkajsFetchedPartition(payload).handledBy(this.#options.listener),
        }),
    ];
    for (const step of steps) {
      await withFaults(step());
      if (signal.aborted) throw cancelledBy(signal);
    }
  }

  seek(topic: string, partition: number, offset: bigint): void {
    if (this.#joining === null) throw notJoined('cannot seek');
    try {
      this.#joining.consumer.seek({ topic, partition, offset: String(offset) });
    } catch (error) {
      throw faultOf(error);
    }
  }

  async commit(offsets: readonly PartitionOffset[], isCurrent: () => boolean): Promise<void> {
    if (this.#joining === null) throw notJoined('offsets are not committed');
    return withFaults(this.#joining.commits.commit(offsets, isCurrent));
  }

  async close(graceMs: number): Promise<void> {
    if (this.#joining !== null) await settles(this.#joining.consumer.disconnect(), graceMs);
    await this.lookups.close(LOOKUPS_CLOSE_MS);
  }

  #create(): Consumer {
    const { group, local, times, fetching, retries, assigner, listener } = this.#options;
    const consumer = this.#kafka.consumer({
      groupId: group,
      partitionAssigners: partitionAssigners(assigner, group, {
        attached: (cluster) => {
          if (local !== undefined) coordinateLocally(cluster, local);
          onOffsetReset(cluster, (topic, partition) => listener.outOfRange(topic, partition));
        },
        revoking: () => listener.revoking(),
        joined: (generation) => (this.#generation = generation),
        committed: (offsets) => listener.committed(offsets),
      }),
      sessionTimeout: times.sessionTimeoutMs,
      heartbeatInterval: times.heartbeatIntervalMs,
      rebalanceTimeout: times.rebalanceTimeoutMs,
      maxWaitTimeInMs: times.maxWaitMs,
      minBytes: fetching.minBytes,
      maxBytes: fetching.maxBytes,
      maxBytesPerPartition: fetching.maxPartitionBytes,
      readUncommitted: fetching.isolation === 'read-uncommitted',
      rackId: fetching.rack,
      metadataMaxAge: times.metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { retries, restartOnFailure: async () => false },
    });
    this.#joining = { consumer, commits: new ConfirmedCommits(consumer, times.commitTimeoutMs, this.#commitMetadata) };
    this.#listen(consumer);
    return consumer;
  }

  #listen(consumer: Consumer): void {
    const { listener } = this.#options;
    const { CRASH, FETCH, HEARTBEAT, REBALANCING, RECEIVED_UNSUBSCRIBED_TOPICS, GROUP_JOIN, END_BATCH_PROCESS } = consumer.events;
    consumer.on(FETCH, () => listener.fetchAnswered());
    consumer.on(HEARTBEAT, () => listener.heartbeatAnswered());
    consumer.on(CRASH, ({ payload }) => listener.crashed(faultOf(payload.error)));
    consumer.on(GROUP_JOIN, ({ payload: { memberAssignment: assignment, isLeader, groupProtocol: protocol } }) =>
      listener.joined({ assignment, isLeader, protocol, generation: this.#generation }),
    );
    consumer.on(REBALANCING, () => listener.rebalancing());
    consumer.on(RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => listener.ignored(payload.topicsNotSubscribed));
    consumer.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) listener.passedOver(topic, partition, BigInt(lastOffset));
    });
  }
}

function notJoined(consequence: string): ConnectorError {
  return new ConnectorError('kafka.unreachable', `${consequence}: the consumer has not joined its group`);
}
