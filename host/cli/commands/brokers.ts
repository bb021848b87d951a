import { hostPort } from '../../net/host-name.ts';
import { count, table, type Column } from '../lines/table.ts';
import type { Settings } from '../settings/settings.ts';
import { printable } from '../terminal/terminal.ts';
import { atCluster } from './cluster.ts';
import type { CommandReport, Context } from './context.ts';

const BROKERS: readonly Column[] = [{ name: 'ID', align: 'right' }, { name: 'ADDRESS' }, { name: 'RACK' }, { name: '' }];

/** `brokers`: lists the brokers of a cluster, at the addresses that they advertise. */
export async function brokers(context: Context, settings: Settings): Promise<CommandReport> {
  const { clusterId, controllerId, brokers: found } = await atCluster(context, settings, (lister) => lister.metadata([]));
  return {
    summary: `${count(found.length)} brokers, cluster id ${clusterId ?? 'not known'}`,
    result: {
      clusterId,
      controller: controllerId,
      brokers: found.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack, controller: nodeId === controllerId })),
    },
    text: `${table(
      BROKERS,
      found.map(({ nodeId, host, port, rack }) => [
        String(nodeId),
        hostPort(host, port),
        rack ?? '-',
        nodeId === controllerId ? 'controller' : '',
      ]),
    )}\ncluster id: ${clusterId === null ? '-' : printable(clusterId)}\n`,
  };
}
