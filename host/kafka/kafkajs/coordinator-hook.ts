/**
 * What kafkajs has no means for: it tells nobody the generation that a join ended in, nor the offsets that it goes on from, asks its assigners
 * for their metadata without saying why it joins, and cannot be made to join again. All of that passes between it and the group's coordinator, and here.
 */
import kafkajs, { type Broker, type Cluster, type GroupState } from './kafkajs.ts';

export interface CoordinatorHook {
  /** The protocols that the join is to carry. `memberId` is '' for a member that the coordinator does not know. */
  joining(memberId: string, protocols: GroupState[]): GroupState[];
  /** The coordinator has taken the member into this generation of the group. */
  joined(generation: number): void;
  /** True: the next heartbeat tells kafkajs that the group rebalances, so that it joins again without leaving. */
  wantsToJoin(): boolean;
  /** What the group has committed, as kafkajs reads it after a join. Offsets are decimal, negative where there is none. */
  fetchedOffsets(topics: readonly CommittedOffsets[]): void;
}

export interface CommittedOffsets {
  topic: string;
  partitions: { partition: number; offset: string }[];
}

interface JoinRequest {
  memberId?: string;
  groupProtocols: GroupState[];
}
interface Coordinator {
  joinGroup(request: JoinRequest): Promise<{ generationId: number }>;
  heartbeat(request: object): Promise<unknown>;
  offsetFetch(request: object): Promise<{ responses: CommittedOffsets[] }>;
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
      hook.fetchedOffsets(response.responses);
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
