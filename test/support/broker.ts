/**
 * A real Kafka for tests, benchmarks and the demo. Three ways, in this order: the cluster at KAFKA_SERVERS; containers (Docker, through
 * testcontainers); Apache Kafka's own jars (Java 17 and Maven). KAFKA_PROVIDER=address|docker|jars chooses one.
 */
import { addressBroker, checkAnswers } from './broker/address.ts';
import { makeCertificates } from './broker/certificates.ts';
import { LOGIN } from './broker/login.ts';
import { startJars, type Cluster } from './broker/jars.ts';
import { whyNoJars } from './broker/java.ts';
import type { ListenerName } from './broker/settings.ts';
import { PROVIDERS, type Broker, type BrokerAddresses, type BrokerOptions, type Provider } from './broker/types.ts';

export type { Broker, BrokerAddresses, BrokerOptions, Provider } from './broker/types.ts';

/** The environment variable that takes the shared broker's addresses, as JSON, into the test processes of one run. */
export const SHARED_BROKER = 'KAFKA_TEST_BROKER';

/** Starts a cluster of its own for the caller, who closes it. (With KAFKA_SERVERS: that cluster, which stays as it is.) */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const kind = await chooseProvider(options.provider);
  if (kind === 'address') {
    const broker = addressBroker(process.env['KAFKA_SERVERS'] ?? '');
    await checkAnswers(broker.servers);
    return broker;
  }
  const certificates = await makeCertificates();
  const cluster =
    kind === 'jars'
      ? await startJars(options, certificates)
      : await (await import('./broker/docker.ts')).startDocker(options, certificates);
  const addresses = (name: ListenerName): string => cluster.layout.map(({ listeners }) => listeners[name]).join(',');
  return {
    kind,
    servers: addresses('PLAINTEXT'),
    sslServers: addresses('TLS'),
    mtlsServers: addresses('MTLS'),
    misnamedServers: addresses('MISNAMED'),
    expiredServers: addresses('EXPIRED'),
    saslServers: addresses('SASL'),
    saslSslServers: addresses('SASLTLS'),
    scram512Servers: addresses('SCRAM512'),
    oauthServers: addresses('OAUTH'),
    login: LOGIN,
    tls: certificates.client,
    canRestart: true,
    stop: (node) => onNodes(cluster, node, (id) => cluster.stop(id)),
    kill: (node) => onNodes(cluster, node, (id) => cluster.kill(id)),
    freeze: (node) => onNodes(cluster, node, (id) => cluster.freeze(id)),
    thaw: (node) => onNodes(cluster, node, (id) => cluster.thaw(id)),
    start: (node) => onNodes(cluster, node, (id) => cluster.start(id)),
    close: () => cluster.close(),
  };
}

/** The shared broker of this test run. Tests do not stop it, and give their topics and groups names of their own. */
export function sharedBroker(): BrokerAddresses {
  const addresses = process.env[SHARED_BROKER];
  if (!addresses)
    throw new Error('There is no shared broker: only the vitest projects that name test/support/shared-broker-setup.ts have one.');
  return JSON.parse(addresses) as BrokerAddresses;
}

/** A name that no other test has, for a topic, a group or a client. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${crypto.randomUUID().slice(0, 13)}`;
}

async function onNodes(cluster: Cluster, node: number | undefined, action: (id: number) => Promise<void>): Promise<void> {
  const ids = cluster.layout.map(({ id }) => id);
  if (node !== undefined && !ids.includes(node)) throw new Error(`Expected a node from 1 to ${ids.length}, got ${node}.`);
  await Promise.all((node === undefined ? ids : [node]).map(action));
}

const HOW = 'KAFKA_SERVERS=host:port of a cluster that runs, Docker, or Java 17 with Maven (apt install openjdk-17-jre-headless maven)';

async function chooseProvider(option?: Provider): Promise<Provider> {
  const wanted = option ?? (process.env['KAFKA_PROVIDER'] || undefined);
  if (wanted !== undefined && !(PROVIDERS as readonly string[]).includes(wanted)) {
    throw new Error(`KAFKA_PROVIDER: expected one of ${PROVIDERS.join(', ')}, got ${wanted}.`);
  }
  const problems: string[] = [];
  for (const provider of wanted === undefined ? PROVIDERS : [wanted as Provider]) {
    const problem = await whyNot(provider);
    if (problem === null) return provider;
    problems.push(problem);
  }
  throw new Error(`There is no Kafka to run on (${problems.join('; ')}). Give it one of three: ${HOW}.`);
}

async function whyNot(provider: Provider): Promise<string | null> {
  if (provider === 'address') return process.env['KAFKA_SERVERS'] ? null : 'KAFKA_SERVERS: not set';
  if (provider === 'jars') return whyNoJars();
  // Loaded only when needed: it is a large library, and every test process would pay for it.
  return (await import('./broker/docker.ts')).whyNoDocker();
}
