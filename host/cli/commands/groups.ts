import { describeGroup, summarizeGroups, type GroupReport, type GroupSummary } from '../../kafka/listing/groups.ts';
import type { GroupMember } from '../../kafka/listing/lister.ts';
import { count, jsonNumber, table, type Column } from '../lines/table.ts';
import type { Settings } from '../settings/settings.ts';
import { atCluster } from './cluster.ts';
import type { CommandReport, Context } from './context.ts';

const GROUPS: readonly Column[] = [
  { name: 'GROUP' },
  { name: 'STATE' },
  { name: 'PROTOCOL' },
  { name: 'MEMBERS', align: 'right' },
  { name: 'LAG', align: 'right' },
  { name: '' },
];
const MEMBERS: readonly Column[] = [{ name: 'MEMBER' }, { name: 'CLIENT' }, { name: 'HOST' }, { name: 'PARTITIONS' }];
const PARTITIONS: readonly Column[] = [
  { name: 'TOPIC' },
  { name: 'PARTITION', align: 'right' },
  { name: 'COMMITTED', align: 'right' },
  { name: 'END', align: 'right' },
  { name: 'LAG', align: 'right' },
  { name: 'CLIENT' },
  { name: '' },
];

export interface GroupsOptions {
  settings: Settings;
  /** One group with its members and partitions; undefined: all groups. */
  group?: string | undefined;
}

/** `groups`: lists the consumer groups of a cluster with their lag, or the members and partitions of one. */
export async function groups(context: Context, { settings, group }: GroupsOptions): Promise<CommandReport> {
  if (group !== undefined) return groupReport(await atCluster(context, settings, (lister) => describeGroup(lister, group)));
  const { groups: found, problems } = await atCluster(context, settings, summarizeGroups);
  for (const problem of problems) context.log('warn', problem);
  return {
    summary: `${count(found.length)} groups`,
    result: { groups: found.map(groupJson), problems },
    text: table(
      GROUPS,
      found.map((row) => [...cellsOf(row), row.problem ?? '']),
    ),
  };
}

function groupReport(report: GroupReport): CommandReport {
  const { group, memberList, partitions } = report;
  const rows = partitions.map(({ topic, partition, committed, end, lag, owner, problem }) => [
    topic,
    String(partition),
    count(committed),
    count(end),
    count(lag),
    owner ?? '-',
    problem ?? '',
  ]);
  const members = memberList.map((member) => [member.memberId, member.clientId, member.host, assignmentText(member)]);
  const tables = [
    table(GROUPS, [[...cellsOf(report), report.problem ?? '']]),
    ...(members.length === 0 ? [] : [table(MEMBERS, members)]),
    ...(rows.length === 0 ? [] : [table(PARTITIONS, rows)]),
  ];
  return {
    summary: `group "${group}" has ${count(memberList.length)} members and a lag of ${count(report.lag)}`,
    result: {
      ...groupJson(report),
      members: memberList.map(({ assignment, ...member }) => ({ ...member, partitions: assignment })),
      partitions: partitions.map(({ committed, end, lag, ...row }) => ({
        ...row,
        committed: jsonNumber(committed),
        end: jsonNumber(end),
        lag: jsonNumber(lag),
      })),
    },
    text: tables.join('\n'),
  };
}

function cellsOf({ group, state, protocol, members, lag }: GroupSummary): string[] {
  return [group, state ?? '-', protocol || '-', count(members), count(lag)];
}

function groupJson({ group, state, protocol, members, lag, problem }: GroupSummary): Record<string, unknown> {
  return { group, state, protocol, members, lag: jsonNumber(lag), problem };
}

/** `orders 0,2; returns 1`. */
function assignmentText({ assignment }: GroupMember): string {
  const parts = Object.entries(assignment ?? {}).map(([topic, numbers]) => `${topic} ${numbers.join(',')}`);
  return parts.length === 0 ? '-' : parts.join('; ');
}
