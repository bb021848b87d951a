/**
 * Sees and changes what passes between kafkajs and the coordinator of a group, because kafkajs does not tell it: the generation that a join ended
 * in, the committed offsets that it goes on from, and why it asks an assigner for metadata. Nor can kafkajs be made to join again otherwise.
 */
import type { CommittedOffset } from '../client.ts';
import kafkajs, { type Broker, type Cluster, type GroupState } from './kafkajs.ts';

export interface CoordinatorHook {
  /** The protocols that the join is to carry. `memberId` is '' for a member that the coordinator does not know. */
  joining(memberId: string, protocols: GroupState[]): GroupState[];
  /** The coordinator has taken the member into this generation of the group. */
  joined(generation: number): void;
  /** True: the next heartbeat tells kafkajs that the group rebalances, so that it joins again without leaving. */
  wantsToJoin(): boolean;
  /** What the group has committed, as kafkajs reads it after a join. Offsets are negative where there is none. */
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

/** Every coordinator that the cluster finds from now on asks and tells `hook`. */
export function hookCoordinator(cluster: Cluster, hook: CoordinatorHook): void {
  const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (group) => hooked(await findGroupCoordinator(group), hook);
}

function hooked(broker: Broker, hook: CoordinatorHook): Broker {
  const coordinator = broker as unknown as Coordinator;
  const replaced: Record<PropertyKey, unknown> & Coordinator = {
    async joinGroup(request: JoinRequest) {
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

/** As the coordinator itself would answer. */
function rebalanceInProgress(): Error {
  const answer = { message: 'The group is rebalancing, so a rejoin is needed', type: 'REBALANCE_IN_PROGRESS', code: 27, retriable: false };
  return new kafkajs.KafkaJSProtocolError(answer as unknown as Error);
}
