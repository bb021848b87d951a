/** The consumer groups of a cluster, with their lag, for people. */
import { ConnectorError } from '../../base/errors.ts';
import { connectorError, errorText, isPermanent } from '../fault.ts';
import { boundedMap } from './bounded.ts';
import type { CommittedPartition, GroupDescription, GroupMember, Lister, Refusal } from './lister.ts';
import { known, ledPartitions } from './topics.ts';

export interface GroupSummary {
  group: string;
  /** Null if it is not known. */
  state: string | null;
  /** Empty without members. */
  protocol: string;
  members: number | null;
  /** The sum of the lags that are known; null if none is. */
  lag: bigint | null;
  /** What is not known, and why. */
  problem: string | null;
}

export interface GroupReport extends GroupSummary {
  memberList: GroupMember[];
  partitions: GroupPartition[];
}

/** A partition that the group has committed, or that a member owns. */
export interface GroupPartition {
  topic: string;
  partition: number;
  /** Null if the group has committed none. */
  committed: bigint | null;
  end: bigint | null;
  /** Offsets between the committed one and the end; null if either is not known. */
  lag: bigint | null;
  /** Client id of the owner; null if no member owns it. */
  owner: string | null;
  problem: string | null;
}

/** Sorted by name. What a broker refuses is in the row of its group. Brokers that could not be asked are in `problems`. */
export async function summarizeGroups(lister: Lister): Promise<{ groups: GroupSummary[]; problems: string[] }> {
  await lister.metadata([]);
  const { names, refusals } = await lister.groups();
  const [first] = refusals;
  if (names.length === 0 && first !== undefined && isPermanent(first.refusal))
    throw connectorError(first.refusal, 'the groups cannot be listed');
  const read = await boundedMap(names, (name) => readGroup(lister, name));
  const ends = await endsOf(lister, new Set(read.flatMap(({ committed }) => committed.map(({ topic }) => topic))));
  const groups = read.map((group) => summaryOf(group, partitionsOf(group, ends)));
  return { groups, problems: refusals.map(({ broker, refusal }) => `the groups of broker ${broker} are not known: ${errorText(refusal)}`) };
}

/** Rejects with `config.invalid` if the group does not exist, and with `kafka.rejected` if the client may not describe it. */
export async function describeGroup(lister: Lister, name: string): Promise<GroupReport> {
  await lister.metadata([]);
  const group = await readGroup(lister, name);
  if (group.refusal !== null) throw connectorError(group.refusal, `group "${name}" cannot be described`);
  const isEmpty = group.committed.length === 0;
  if (isEmpty && group.description?.state === DEAD) throw new ConnectorError('config.invalid', `there is no group "${name}"`);
  const owned = group.description?.members.flatMap(({ assignment }) => Object.keys(assignment ?? {})) ?? [];
  const ends = await endsOf(lister, new Set([...group.committed.map(({ topic }) => topic), ...owned]));
  const partitions = partitionsOf(group, ends);
  return { ...summaryOf(group, partitions), memberList: group.description?.members ?? [], partitions };
}

/** The state that a coordinator reports of a group that it does not know as a classic one: there is none, or its members use KIP-848. */
const DEAD = 'Dead';
const NOT_CLASSIC = 'its members use the protocol of KIP-848, which this client cannot ask for, or it was just deleted';

interface ReadGroup {
  name: string;
  description: GroupDescription | null;
  committed: CommittedPartition[];
  refusal: Refusal | null;
}

async function readGroup(lister: Lister, name: string): Promise<ReadGroup> {
  try {
    const [description, committed] = await Promise.all([lister.describe(name), lister.committed(name)]);
    return { name, description, committed: committed.filter(({ offset, refusal }) => offset >= 0n || refusal !== null), refusal: null };
  } catch (error) {
    return { name, description: null, committed: [], refusal: error as Refusal };
  }
}

/** The ends of the partitions of these topics, by `topic/partition`; a topic that is refused has its refusal under its name. */
async function endsOf(lister: Lister, topics: ReadonlySet<string>): Promise<Map<string, bigint | Refusal>> {
  if (topics.size === 0) return new Map();
  const { topics: found } = await lister.metadata([...topics]);
  const ends = await lister.offsets(found.flatMap(ledPartitions), 'end');
  for (const { topic, refusal } of found) if (refusal !== null) ends.set(topic, refusal);
  return ends;
}

function partitionsOf({ committed, description }: ReadGroup, ends: ReadonlyMap<string, bigint | Refusal>): GroupPartition[] {
  const owners = new Map<string, string>();
  for (const { clientId, assignment } of description?.members ?? []) {
    for (const [topic, numbers] of Object.entries(assignment ?? {}))
      for (const number of numbers) owners.set(`${topic}/${number}`, clientId);
  }
  const commits = new Map(committed.map((entry) => [`${entry.topic}/${entry.partition}`, entry]));
  const keys = [...new Set([...commits.keys(), ...owners.keys()])];
  return keys
    .map((key): GroupPartition => {
      const slash = key.lastIndexOf('/');
      const [topic, partition] = [key.slice(0, slash), Number(key.slice(slash + 1))];
      const commit = commits.get(key);
      const offset = commit === undefined || commit.refusal !== null ? null : commit.offset;
      const answer = ends.get(key) ?? ends.get(topic);
      const end = known(answer);
      const refusal = commit?.refusal ?? (answer instanceof Error ? answer : null);
      return {
        topic,
        partition,
        committed: offset,
        end,
        // An offset may be beyond the end of a topic that was made anew.
        lag: offset === null || end === null ? null : offset > end ? 0n : end - offset,
        owner: owners.get(key) ?? null,
        problem: refusal === null ? null : errorText(refusal),
      };
    })
    .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

function summaryOf({ name, description, refusal }: ReadGroup, partitions: readonly GroupPartition[]): GroupSummary {
  const lags = partitions.flatMap(({ lag }) => lag ?? []);
  const isKnown = description !== null && description.state !== DEAD;
  const problem = refusal === null ? (partitions.find((partition) => partition.problem !== null)?.problem ?? null) : errorText(refusal);
  return {
    group: name,
    state: isKnown ? description.state : null,
    protocol: description?.protocol ?? '',
    members: isKnown ? description.members.length : null,
    lag: lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0n),
    problem: problem ?? (isKnown ? null : NOT_CLASSIC),
  };
}
