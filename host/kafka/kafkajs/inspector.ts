/** Looks at a cluster through kafkajs' connections, with requests of our own where kafkajs' are too old. */
import { settles, sleep } from '../../base/wait.ts';
import type { ClusterView, GroupView, Inspector, TopicView } from '../inspector.ts';
import type { Cluster } from './cluster.ts';
import { withFaults } from './errors.ts';
import {
  coordinatorRequest,
  groupRequest,
  metadataRequest,
  type CoordinatorAnswer,
  type GroupAnswer,
  type MetadataAnswer,
} from './inspect-requests.ts';
import type { Admin } from './kafkajs.ts';

const COORDINATOR_NOT_AVAILABLE = 15;
const COORDINATOR_TRIES = 10;
const COORDINATOR_PAUSE_MS = 300;
/** Of ConfigResource. */
const TOPIC_RESOURCE = 2;

/** Kafka's names of the errors that a look at a topic or a group can have. */
const ERRORS: Readonly<Record<number, string>> = {
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  14: 'COORDINATOR_LOAD_IN_PROGRESS',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  17: 'INVALID_TOPIC_EXCEPTION',
  24: 'INVALID_GROUP_ID',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  30: 'GROUP_AUTHORIZATION_FAILED',
};
const errorOf = (code: number): string | null => (code === 0 ? null : (ERRORS[code] ?? `Kafka's error ${code}`));

export interface InspectorParts {
  cluster: Cluster;
  admin: Admin;
  destroy: () => void;
}

export class KafkajsInspector implements Inspector {
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  async cluster(): Promise<ClusterView> {
    const { brokers, clusterId, controller } = await this.#metadata([]);
    return { brokers, clusterId, controller };
  }

  async topics(names: readonly string[]): Promise<TopicView[]> {
    const { topics } = await this.#metadata(names);
    return topics.map(({ errorCode, ...topic }) => ({ ...topic, error: errorOf(errorCode) }));
  }

  group(name: string): Promise<GroupView> {
    return withFaults(
      (async () => {
        const found = await this.#coordinator(name);
        const error = errorOf(found.errorCode);
        if (error !== null) return { error, state: '', protocolType: '', protocol: '', members: [], operations: null };
        const coordinator = await this.#parts.cluster.findBroker({ nodeId: found.nodeId });
        const { errorCode, ...view } = (await coordinator.connectionPool.send(groupRequest(name))) as GroupAnswer;
        return { ...view, error: errorOf(errorCode) };
      })(),
    );
  }

  /** On a new cluster the first question for a coordinator makes the brokers create their topic of offsets. */
  async #coordinator(group: string): Promise<CoordinatorAnswer> {
    const { cluster } = this.#parts;
    await cluster.connect();
    await cluster.refreshMetadataIfNecessary();
    for (let left = COORDINATOR_TRIES; ; left--) {
      const broker = await cluster.brokerPool.findConnectedBroker();
      const answer = (await broker.connectionPool.send(coordinatorRequest(group))) as CoordinatorAnswer;
      if (answer.errorCode !== COORDINATOR_NOT_AVAILABLE || left === 0) return answer;
      await sleep(COORDINATOR_PAUSE_MS);
    }
  }

  topicSettings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return withFaults(
      (async () => {
        await this.#parts.admin.connect();
        const resource = { type: TOPIC_RESOURCE, name: topic, configNames: [...names] };
        const { resources } = await this.#parts.admin.describeConfigs({ resources: [resource], includeSynonyms: false });
        return new Map(
          resources.flatMap(({ configEntries }) => configEntries.map(({ configName, configValue }) => [configName, configValue])),
        );
      })(),
    );
  }

  async close(graceMs: number): Promise<void> {
    const { admin, cluster, destroy } = this.#parts;
    await settles(Promise.allSettled([admin.disconnect(), cluster.disconnect()]), graceMs);
    destroy();
  }

  #metadata(topics: readonly string[]): Promise<MetadataAnswer> {
    return withFaults(
      (async () => {
        const broker = await this.#parts.cluster.brokerPool.findConnectedBroker();
        return (await broker.connectionPool.send(metadataRequest(topics))) as MetadataAnswer;
      })(),
    );
  }
}
