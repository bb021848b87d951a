/** All checks of one connection, from the outside in. A check that needs an earlier one which failed is skipped, and says so. */
import { ConnectorError } from '../../base/errors.ts';
import { hostPort } from '../../net/host-name.ts';
import type { KafkaClient } from '../client.ts';
import { errorText } from '../fault.ts';
import type { Probe } from '../inspector.ts';
import { failed, skipped, type Report } from './check.ts';
import { checkGroup, skipGroup, type GroupUse } from './group.ts';
import { checkAddress, checkLogin } from './servers.ts';
import { checkTopics, type TopicUse } from './topics.ts';

const CLOSE_MS = 500;
const REQUEST_TIMEOUT_MS = 10_000;

export interface DoctorOptions {
  topics: TopicUse | null;
  /** Null: a destination. `made-up`: a source without a group name. */
  group: GroupUse | 'made-up' | null;
  /** The certificates of the brokers are not verified. */
  insecure: boolean;
  signal?: AbortSignal;
}

/** Rejects with ConnectorError `cancelled` only. */
export async function examine(client: Probe & Pick<KafkaClient, 'lookups'>, options: DoctorOptions, tell: Report): Promise<void> {
  const { insecure, signal } = options;
  // What is found while the check is stopped says nothing about the cluster.
  const report: Report = (check) => {
    if (signal?.aborted !== true) tell(check);
  };
  const good = [];
  for (const server of client.servers) {
    stopAt(signal);
    if (!(await checkAddress(client, server, { purpose: 'server', insecure, signal, report }))) {
      report(skipped('login', hostPort(server.host, server.port), 'needs a connection'));
      continue;
    }
    if (await checkLogin(client, server, { signal, report })) good.push(server);
  }
  stopAt(signal);
  const [first] = good;
  if (first === undefined) {
    report(skipped('cluster', '(none)', 'needs a server that answers: brokers, topics, authorisations and groups are not checked'));
    return;
  }
  await examineCluster(client, [first], options, report);
}

async function examineCluster(
  client: Probe & Pick<KafkaClient, 'lookups'>,
  servers: Probe['servers'],
  { topics, group, insecure, signal }: DoctorOptions,
  report: Report,
): Promise<void> {
  const inspector = client.inspector({ servers, requestTimeoutMs: REQUEST_TIMEOUT_MS, signal });
  const lookups = client.lookups({ retries: 1, requestTimeoutMs: REQUEST_TIMEOUT_MS, signal });
  const step = async (check: string, of: string, run: () => Promise<void>): Promise<boolean> => {
    stopAt(signal);
    try {
      await run();
      return true;
    } catch (error) {
      stopAt(signal);
      report(failed(check, of, errorText(error), 'the lines above and the text say why the brokers did not answer'));
      return false;
    }
  };
  try {
    let unreachable = 0;
    const known = new Set(client.servers.map(({ host, port }) => hostPort(host, port)));
    const answered = await step('cluster', hostPort(servers[0]?.host ?? '', servers[0]?.port ?? 0), async () => {
      const { brokers } = await inspector.cluster();
      for (const { host, port } of brokers) {
        if (known.has(hostPort(host, port))) continue;
        const fine = await checkAddress(client, { host, port }, { purpose: 'advertised', insecure, signal, report });
        if (fine) continue;
        unreachable++;
        report(
          failed(
            'advertised',
            hostPort(host, port),
            'the brokers name this address, and this machine cannot reach it',
            'correct advertised.listeners of the broker, or make the address reachable from here',
          ),
        );
      }
    });
    if (!answered) return;
    let found: readonly string[] = [];
    if (topics !== null)
      await step('topic', topics.names.join(), async () => {
        found = await checkTopics(inspector, topics, report);
      });
    if (group === 'made-up') skipGroup(report);
    else if (group !== null && unreachable > 0) report(skipped('group', group.name, 'needs every broker'));
    else if (group !== null)
      await step('group', group.name, async () => {
        await lookups.connect();
        await checkGroup(inspector, lookups, topics === null ? group : { ...group, topics: found }, report);
      });
  } finally {
    await Promise.all([inspector.close(CLOSE_MS), lookups.close(CLOSE_MS)]);
  }
}

function stopAt(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ConnectorError('cancelled', 'the check was stopped');
}
