/** Connects a GroupProtocol to kafkajs' partition assigners, and to the messages between kafkajs and the group's coordinator. */
import type { CommittedOffset } from '../client.ts';
import type { GroupProtocol } from '../group-consumer.ts';
import { hookCoordinator } from './coordinator-hook.ts';
import { withFaults } from './errors.ts';
import type { Cluster, PartitionAssigner } from './kafkajs.ts';
import { lookUpCounts } from './partition-counts.ts';

export interface ProtocolHooks {
  /** Called once, before the first join and before the coordinator is hooked, with the cluster of kafkajs' consumer. */
  attached(cluster: Cluster): void;
  /** A member is about to join again. It does so when this resolves. Never rejects. */
  revoking(): Promise<void>;
  /** The coordinator has accepted the member in this generation of the group. */
  joined(generation: number): void;
  committed(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void;
}

/** The assigners for one consumer of kafkajs, which calls each factory once. */
export function partitionAssigners(protocol: GroupProtocol, groupId: string, hooks: ProtocolHooks): PartitionAssigner[] {
  let attached: Cluster | null = null;
  return protocol.names.map((name): PartitionAssigner => ({ cluster }) => {
    if (attached !== cluster) {
      attached = cluster;
      attach(protocol, cluster, groupId, hooks);
    }
    return {
      name,
      version: 0,
      protocol: ({ topics }) => ({ name, metadata: protocol.metadata(topics) }),
      assign: ({ members, topics }) => protocol.assign(members, topics),
    };
  });
}

function attach(protocol: GroupProtocol, cluster: Cluster, groupId: string, hooks: ProtocolHooks): void {
  protocol.attach({
    known: (topic) => {
      try {
        return cluster.findTopicPartitionMetadata(topic).length;
      } catch {
        return 0; // no metadata was loaded yet
      }
    },
    lookUp: (topics, counts) => withFaults(lookUpCounts(cluster, groupId, topics, counts)),
  });
  hooks.attached(cluster);
  hookCoordinator(cluster, {
    joining: (memberId, offered) => {
      const told = offered[0]?.metadata;
      if (told === undefined) return offered;
      const metadata = protocol.joining(memberId, told);
      return metadata === told ? offered : offered.map(({ name }) => ({ name, metadata }));
    },
    revoking: () => hooks.revoking(),
    joined: (generation) => hooks.joined(generation),
    wantsToJoin: () => protocol.wantsToJoin(),
    committed: (offsets) => hooks.committed(offsets),
  });
}
