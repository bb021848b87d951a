/**
 * Answers a kafkajs consumer in place of the coordinator of a group, so that it reads without a group: no broker hears of a member, an assignment or a
 * commit. Everything else that the consumer does stays as it is.
 */
import type { LocalGroup } from '../local-group.ts';
import kafkajs, { type Broker, type Cluster } from './kafkajs.ts';

const MEMBER = 'reader';

interface TopicOffsets {
  topic: string;
  partitions: { partition: number; offset: string }[];
}

/** Makes the consumer of the cluster speak to `group`. Must be called before the consumer joins. */
export function coordinateLocally(cluster: Cluster, group: LocalGroup): void {
  const coordinator = coordinatorOf(cluster, group) as unknown as Broker;
  cluster.findGroupCoordinator = () => Promise.resolve(coordinator);
}

/** The requests that kafkajs sends to a coordinator, with the fields that are used here. */
function coordinatorOf(cluster: Cluster, group: LocalGroup) {
  let generationId = 0;
  let topics: readonly string[] = [];
  return {
    isConnected: () => true,
    async joinGroup({ groupProtocols }: { groupProtocols: { name: string; metadata: Buffer }[] }) {
      const [protocol] = groupProtocols;
      topics = (protocol && kafkajs.AssignerProtocol.MemberMetadata.decode(protocol.metadata)?.topics) ?? [];
      // A member that does not lead is given its partitions.
      return { generationId: ++generationId, leaderId: '', memberId: MEMBER, members: [], groupProtocol: protocol?.name };
    },
    async syncGroup() {
      const assignment = Object.fromEntries(
        topics.map((topic) => [topic, group.assigned(cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId))]),
      );
      const memberAssignment = kafkajs.AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) });
      return { memberAssignment };
    },
    async heartbeat() {},
    async leaveGroup() {},
    async offsetFetch({ topics: asked }: { topics: { topic: string; partitions: { partition: number }[] }[] }) {
      const responses = asked.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, offset: String(group.committed(topic, partition)) })),
      }));
      return { responses };
    },
    async offsetCommit({ topics: committed }: { topics: TopicOffsets[] }) {
      for (const { topic, partitions } of committed) {
        for (const { partition, offset } of partitions) group.commit(topic, partition, BigInt(offset));
      }
    },
  };
}
