/** Checks the consumer group of a source: its state, its other members, and how far behind it is. */
import type { Lookups } from '../client.ts';
import { PROTOCOL_NAMES } from '../consume/assigner/group-assigner.ts';
import type { Inspector } from '../inspector.ts';
import { failed, ok, skipped, warning, type Report } from './check.ts';

export interface GroupUse {
  name: string;
  /** The topics that exist; their lag is added up. */
  topics: readonly string[];
}

export async function checkGroup(inspector: Inspector, lookups: Lookups, use: GroupUse, report: Report): Promise<void> {
  const { name } = use;
  const group = await inspector.group(name);
  if (group.error === 'GROUP_AUTHORIZATION_FAILED' || group.operations?.has('read') === false) {
    report(
      failed(
        'group',
        name,
        'the user may not use the group',
        'let an administrator allow READ and DESCRIBE on the group, or change groupID',
      ),
    );
    return;
  }
  if (group.error !== null) {
    report(failed('group', name, group.error, 'change groupID'));
    return;
  }
  const isFree = group.members.length === 0;
  if (isFree) {
    report(ok('group', name, group.state === 'Dead' ? 'does not exist yet' : `has no members (${group.state})`));
  } else {
    const members = group.members.map(({ clientId, clientHost }) => `${clientId} at ${clientHost.replace(/^\//, '')}`).join(', ');
    const count = group.members.length === 1 ? '1 member' : `${group.members.length} members`;
    const found = `${group.state}, ${count} by ${group.protocol || 'no assignor yet'}: ${members}`;
    if (group.protocolType !== '' && group.protocolType !== 'consumer')
      report(failed('group', name, `is used for "${group.protocolType}"`, 'change groupID'));
    else if (group.protocol !== '' && !(PROTOCOL_NAMES as readonly string[]).includes(group.protocol))
      report(failed('group', name, found, `stop these members, or change groupID: this client can ${PROTOCOL_NAMES.join(' and ')}`));
    else report(warning('group', name, found, 'expected if they are this connector or its other instances: members share the partitions'));
  }
  await reportLag(lookups, use, report);
}

async function reportLag(lookups: Lookups, { name, topics }: GroupUse, report: Report): Promise<void> {
  if (topics.length === 0) return;
  const committed = (await lookups.committedOffsets(name, topics)).filter(({ offset }) => offset >= 0n);
  if (committed.length === 0) {
    report(ok('lag', name, 'the group has committed nothing: it starts as readFromBeginning says'));
    return;
  }
  let lag = 0n;
  const outside: string[] = [];
  for (const topic of topics) {
    const offsets = new Map(committed.filter((one) => one.topic === topic).map(({ partition, offset }) => [partition, offset]));
    for (const { partition, low, high } of await lookups.ranges(topic)) {
      const offset = offsets.get(partition);
      if (offset === undefined) continue;
      if (offset < low || offset > high) outside.push(`${topic}/${partition} at ${offset}, which has ${low} to ${high}`);
      else lag += high - offset;
    }
  }
  if (outside.length === 0) report(ok('lag', name, `${lag} records`));
  else
    report(
      warning(
        'lag',
        name,
        `the committed offset is not in the log: ${outside.join('; ')}`,
        'such a partition is read from its beginning; or change groupID',
      ),
    );
}

/** Of a group whose name is made up at the first start. */
export function skipGroup(report: Report): void {
  report(
    skipped('group', '(none)', 'groupID is not set: in Conduit the source makes up a group of its own, and the command line joins none'),
  );
}
