/**
 * Reads and changes the messages between kafkajs and the coordinator of a group. kafkajs does not expose the generation of a join, the committed offsets
 * at which it resumes, or why it asks an assigner for metadata, and has no function that makes it join again.
 */
import type { CommittedOffset } from '../client.ts';
import kafkajs, { type Broker, type Cluster, type GroupState } from './kafkajs.ts';

export interface CoordinatorHook {
  /** Returns the protocols that the join must carry. `memberId` is '' for a member that the coordinator does not know. */
  joining(memberId: string, protocols: GroupState[]): GroupState[];
  /** A member is about to join again, which ends its assignment. The request is sent when this resolves; it never rejects. */
  revoking(): Promise<void>;
  /** The coordinator has accepted the member in this generation of the group. */
  joined(generation: number): void;
  /** True: the next heartbeat reports a rebalance to kafkajs, so that it joins again without leaving. */
  wantsToJoin(): boolean;
  /** The committed offsets that kafkajs reads after a join; negative if there is none. */
  committed(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void;
}

interface JoinRequest {
  memberId?: string;
  groupProtocols: GroupState[];
}
interface OffsetFetchAnswer {
  /** Offsets are decimal. */
  responses: { topic: string; partitions: { partition: number; offset: string }[] }[];
}
interface Coordinator {
  joinGroup(request: JoinRequest): Promise<{ generationId: number }>;
  heartbeat(request: object): Promise<unknown>;
  offsetFetch(request: object): Promise<OffsetFetchAnswer>;
}

/** Makes every coordinator that the cluster finds from now on use `hook`. */
export function hookCoordinator(cluster: Cluster, hook: CoordinatorHook): void {
  const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (group) => hooked(await findGroupCoordinator(group), hook);
}

function hooked(broker: Broker, hook: CoordinatorHook): Broker {
  const coordinator = broker as unknown as Coordinator;
  const replaced: Record<PropertyKey, unknown> & Coordinator = {
    async joinGroup(request: JoinRequest) {
      if (request.memberId) await hook.revoking();
      const groupProtocols = hook.joining(request.memberId ?? '', request.groupProtocols);
      const response = await coordinator.joinGroup({ ...request, groupProtocols });
      hook.joined(response.generationId);
      return response;
    },
    async heartbeat(request: object) {
      if (hook.wantsToJoin()) throw rebalanceInProgress();
      return coordinator.heartbeat(request);
    },
    async offsetFetch(request: object) {
      const response = await coordinator.offsetFetch(request);
      hook.committed(
        response.responses.flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
        ),
      );
      return response;
    },
  };
  return new Proxy(broker, {
    get: (target, name): unknown => (Object.hasOwn(replaced, name) ? replaced[name] : Reflect.get(target, name, target)),
  });
}

/** The error that kafkajs makes of the coordinator's answer. */
function rebalanceInProgress(): Error {
  const answer = { message: 'The group is rebalancing, so a rejoin is needed', type: 'REBALANCE_IN_PROGRESS', code: 27, retriable: false };
  return new kafkajs.KafkaJSProtocolError(answer as unknown as Error);
}
