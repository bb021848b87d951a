/** Asks brokers about topics, groups and themselves, with kafkajs' requests. */
import { Deadline } from '../../base/deadline.ts';
import { settles, sleep } from '../../base/wait.ts';
import { hostPort } from '../../net/host-name.ts';
import type {
  ClusterMetadata,
  CommittedPartition,
  GroupDescription,
  Lister,
  LedPartition,
  OffsetKind,
  Refusal,
} from '../listing/lister.ts';
import type { LookupOptions } from '../client.ts';
import type { ClientFactory } from './client.ts';
import { clusterOf, type Broker, type Cluster } from './cluster.ts';
import { faultOf, protocolType, withFaults } from './errors.ts';
import kafkajs from './kafkajs.ts';
import { tolerate, type Refusable } from './tolerant-answers.ts';

/** Kafka's numbers in a request for offsets: the timestamps that stand for places, and the isolation levels. */
const EARLIEST = -2;
const LATEST = -1;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const METADATA_MAX_AGE_MS = 300_000;
const NO_NODE = -1;
const PREPARED_MS = 15_000;
const PREPARING_MS = 250;

interface Metadata {
  clusterId?: string | null;
  controllerId?: number;
  brokers: { nodeId: number; host: string; port: number; rack?: string | null }[];
  topicMetadata: ({
    topic: string;
    isInternal?: boolean;
    partitionMetadata: { partitionId: number; leader: number; replicas: number[]; isr: number[] }[];
  } & Refusable)[];
}
interface OffsetAnswer {
  responses: { topic: string; partitions: ({ partition: number; offset: string } & Refusable)[] }[];
}
interface DescribedGroup {
  groupId: string;
  state: string;
  protocol: string;
  members: { memberId: string; clientId: string; clientHost: string; memberAssignment: Buffer | null }[];
}

/** The requests of kafkajs' brokers that are used here. */
interface AskedBroker extends Broker {
  listOffsets(request: { isolationLevel: number; topics: object[] }): Promise<OffsetAnswer>;
  listGroups(): Promise<{ groups: { groupId: string }[] }>;
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<{ coordinator: { nodeId: number } }>;
  describeGroups(request: { groupIds: string[] }): Promise<{ groups: DescribedGroup[] }>;
  offsetFetch(request: { groupId: string; topics: [] }): Promise<OffsetAnswer>;
}
interface BrokerPool {
  metadata: object | null;
  brokers: Record<string, Broker>;
  findConnectedBroker(): Promise<Broker>;
  findBroker(node: { nodeId: number }): Promise<Broker>;
  refreshMetadata(topics: readonly string[]): Promise<unknown>;
}

export class KafkajsLister implements Lister {
  readonly #cluster: Cluster;
  readonly #pool: BrokerPool;
  readonly #destroy: () => void;
  readonly #signal: AbortSignal | undefined;

  constructor(factory: Pick<ClientFactory, 'create'>, options: LookupOptions) {
    const { kafka, dialer } = factory.create(options);
    this.#cluster = clusterOf(kafka, { allowAutoTopicCreation: false, metadataMaxAge: METADATA_MAX_AGE_MS });
    this.#pool = this.#cluster.brokerPool as unknown as BrokerPool;
    this.#destroy = () => dialer.destroy(new Error('closed'));
    this.#signal = options.signal;
  }

  connect(): Promise<void> {
    return withFaults(this.#cluster.connect());
  }

  async metadata(topics: readonly string[] | null): Promise<ClusterMetadata> {
    return withFaults(this.#metadata(topics));
  }

  async #metadata(topics: readonly string[] | null): Promise<ClusterMetadata> {
    // kafkajs takes no names for all topics.
    const isNone = topics?.length === 0;
    // kafkajs asks any of the brokers that are connected.
    for (const broker of [await this.#pool.findConnectedBroker(), ...Object.values(this.#pool.brokers)]) tolerate(broker);
    await this.#pool.refreshMetadata(topics ?? []);
    const { clusterId, controllerId, brokers, topicMetadata } = this.#pool.metadata as Metadata;
    return {
      clusterId: clusterId || null,
      controllerId: controllerId === undefined || controllerId === NO_NODE ? null : controllerId,
      brokers: brokers
        .map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack: rack || null }))
        .toSorted((a, b) => a.nodeId - b.nodeId),
      topics: (isNone ? [] : topicMetadata).map(({ topic, isInternal, partitionMetadata, refusal }) => ({
        topic,
        isInternal: isInternal === true,
        partitions: partitionMetadata
          .map(({ partitionId, leader, replicas, isr }) => ({ partition: partitionId, leader, replicas, inSync: isr }))
          .toSorted((a, b) => a.partition - b.partition),
        refusal,
      })),
    };
  }

  async offsets(partitions: readonly LedPartition[], kind: OffsetKind): Promise<Map<string, bigint | Refusal>> {
    const found = new Map<string, bigint | Refusal>();
    const leaders = Map.groupBy(partitions, ({ leader }) => leader);
    await Promise.all(
      [...leaders].map(async ([leader, led]) => {
        try {
          const { responses } = await this.#listOffsets(leader, led, kind);
          for (const { topic, partitions: answers } of responses) {
            for (const { partition, offset, refusal } of answers) found.set(`${topic}/${partition}`, refusal ?? BigInt(offset));
          }
        } catch (error) {
          for (const { topic, partition } of led) found.set(`${topic}/${partition}`, faultOf(error));
        }
      }),
    );
    return found;
  }

  async #listOffsets(leader: number, led: readonly LedPartition[], kind: OffsetKind): Promise<OffsetAnswer> {
    const broker = await this.#broker(leader);
    const timestamp = kind === 'earliest' ? EARLIEST : LATEST;
    const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition }) => ({ partition, timestamp })),
    }));
    return broker.listOffsets({ isolationLevel: kind === 'last-stable' ? READ_COMMITTED : READ_UNCOMMITTED, topics });
  }

  async groups(): Promise<{ names: string[]; refusals: { broker: string; refusal: Refusal }[] }> {
    const names = new Set<string>();
    const refusals: { broker: string; refusal: Refusal }[] = [];
    const { brokers } = this.#pool.metadata as Metadata;
    await Promise.all(
      brokers.map(async ({ nodeId, host, port }) => {
        try {
          const { groups } = await (await this.#broker(nodeId)).listGroups();
          for (const { groupId } of groups) names.add(groupId);
        } catch (error) {
          refusals.push({ broker: hostPort(host, port), refusal: faultOf(error) });
        }
      }),
    );
    return { names: [...names].toSorted(), refusals };
  }

  async describe(group: string): Promise<GroupDescription> {
    const { groups } = await withFaults(this.#coordinator(group).then((broker) => broker.describeGroups({ groupIds: [group] })));
    const [described] = groups;
    return {
      group,
      state: described?.state ?? '',
      protocol: described?.protocol ?? '',
      members: (described?.members ?? []).map(({ memberId, clientId, clientHost, memberAssignment }) => ({
        memberId,
        clientId,
        host: clientHost,
        assignment: assignmentOf(memberAssignment),
      })),
    };
  }

  async committed(group: string): Promise<CommittedPartition[]> {
    const { responses } = await withFaults(this.#coordinator(group).then((broker) => broker.offsetFetch({ groupId: group, topics: [] })));
    return responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, refusal }) => ({ topic, partition, offset: BigInt(offset), refusal })),
    );
  }

  async close(graceMs: number): Promise<void> {
    await settles(this.#cluster.disconnect(), graceMs, this.#signal);
    this.#destroy();
  }

  async #broker(nodeId: number): Promise<AskedBroker> {
    const broker = await this.#pool.findBroker({ nodeId });
    tolerate(broker);
    return broker as AskedBroker;
  }

  /**
   * Not with kafkajs' own function, which does not tell why a broker refuses. The first question about a group makes a new cluster prepare for groups,
   * which takes it a second or two.
   */
  async #coordinator(group: string): Promise<AskedBroker> {
    const prepared = Deadline.after(PREPARED_MS);
    for (;;) {
      try {
        const broker = (await this.#pool.findConnectedBroker()) as AskedBroker;
        const { coordinator } = await broker.findGroupCoordinator({ groupId: group, coordinatorType: 0 });
        return await this.#broker(coordinator.nodeId);
      } catch (error) {
        if (protocolType(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE' || prepared.isOver || this.#signal?.aborted === true) throw error;
        await sleep(PREPARING_MS, this.#signal);
      }
    }
  }
}

/** The assignment of a consumer. A member of another kind, such as a Kafka Connect worker, has another form. */
function assignmentOf(bytes: Buffer | null): Record<string, number[]> | null {
  if (bytes === null || bytes.length === 0) return null;
  try {
    const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(bytes)?.assignment;
    if (assignment === undefined) return null;
    return Object.fromEntries(Object.entries(assignment).map(([topic, numbers]) => [topic, numbers.toSorted((a, b) => a - b)]));
  } catch {
    return null;
  }
}
