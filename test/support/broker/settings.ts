import type { Certificates } from './certificates.ts';
import { LOGIN, type Mechanism } from './login.ts';

export const LISTENERS = ['PLAINTEXT', 'TLS', 'MTLS', 'MISNAMED', 'EXPIRED', 'SASL', 'SASLTLS', 'SCRAM512', 'OAUTH'] as const;
export type ListenerName = (typeof LISTENERS)[number];

/** A node's sockets, as `host:port`: where it binds is also what it tells clients. */
export interface NodeLayout {
  readonly id: number;
  readonly listeners: Readonly<Record<ListenerName, string>>;
  readonly controller: string;
}

/** The PEM stores that the settings name; every node has these files beside its settings. */
export function storeFiles(certificates: Certificates): Record<string, string> {
  return {
    'server.pem': certificates.server.key + certificates.server.cert,
    'misnamed.pem': certificates.misnamedServer.key + certificates.misnamedServer.cert,
    'expired.pem': certificates.expiredServer.key + certificates.expiredServer.cert,
    'ca.pem': certificates.client.caCert,
  };
}

// No listener name may end in SSL: the container image then demands its own variables for stores.
const TLS_LISTENERS: readonly { name: ListenerName; store: string; clientAuth: 'none' | 'required' }[] = [
  { name: 'TLS', store: 'server.pem', clientAuth: 'none' },
  { name: 'MTLS', store: 'server.pem', clientAuth: 'required' },
  { name: 'MISNAMED', store: 'misnamed.pem', clientAuth: 'none' },
  { name: 'EXPIRED', store: 'expired.pem', clientAuth: 'none' },
  { name: 'SASLTLS', store: 'server.pem', clientAuth: 'none' },
];

const ALL: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const SASL_LISTENERS: readonly { name: ListenerName; mechanisms: readonly Mechanism[] }[] = [
  { name: 'SASL', mechanisms: ALL },
  { name: 'SASLTLS', mechanisms: ALL },
  { name: 'SCRAM512', mechanisms: ['SCRAM-SHA-512'] },
  { name: 'OAUTH', mechanisms: ['OAUTHBEARER'] },
];
const PROTOCOLS: Record<ListenerName, string> = {
  PLAINTEXT: 'PLAINTEXT',
  TLS: 'SSL',
  MTLS: 'SSL',
  MISNAMED: 'SSL',
  EXPIRED: 'SSL',
  SASL: 'SASL_PLAINTEXT',
  SASLTLS: 'SASL_SSL',
  SCRAM512: 'SASL_PLAINTEXT',
  OAUTH: 'SASL_PLAINTEXT',
};

/** A node's server.properties. `storeDir` and `dataDir` are paths as the broker sees them. */
export function serverProperties(
  node: NodeLayout,
  cluster: readonly NodeLayout[],
  paths: { storeDir: string; dataDir: string },
  config: Readonly<Record<string, string>>,
): string {
  const replicas = String(cluster.length);
  const listeners = LISTENERS.map((name) => `${name}://${node.listeners[name]}`).join(',');
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    // Each broker is in a rack of its own.
    'broker.rack': `rack-${node.id}`,
    'controller.quorum.voters': cluster.map((peer) => `${peer.id}@${peer.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `${listeners},CONTROLLER://${node.controller}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...LISTENERS.map((name) => `${name}:${PROTOCOLS[name]}`)].join(','),
    'log.dirs': paths.dataDir,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': replicas,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': '1',
    'default.replication.factor': replicas,
    'auto.create.topics.enable': 'true',
    // Kafka's default waits three seconds for further members: every test with a group would.
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker is missed, and let in again, only after its session: nine seconds by default.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    // A killed member must be missed soon, or a test waits for Kafka's ten seconds of default session time-out and more.
    'group.min.session.timeout.ms': '1000',
  };
  for (const { name, store, clientAuth } of TLS_LISTENERS) {
    const prefix = `listener.name.${name.toLowerCase()}.ssl`;
    properties[`${prefix}.keystore.type`] = 'PEM';
    properties[`${prefix}.keystore.location`] = `${paths.storeDir}/${store}`;
    properties[`${prefix}.truststore.type`] = 'PEM';
    properties[`${prefix}.truststore.location`] = `${paths.storeDir}/ca.pem`;
    properties[`${prefix}.client.auth`] = clientAuth;
  }
  for (const { name, mechanisms } of SASL_LISTENERS) {
    const prefix = `listener.name.${name.toLowerCase()}`;
    properties[`${prefix}.num.network.threads`] = '1';
    properties[`${prefix}.sasl.enabled.mechanisms`] = mechanisms.join(',');
    for (const mechanism of mechanisms) properties[`${prefix}.${mechanism.toLowerCase()}.sasl.jaas.config`] = loginModule(mechanism);
  }
  return Object.entries({ ...properties, ...config })
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}

/**
 * PLAIN's users stand here; those of SCRAM are in the cluster's metadata. For OAUTHBEARER the broker takes tokens without a signature; the claim is of its
 * own login, which nothing uses.
 */
function loginModule(mechanism: Mechanism): string {
  const modules = 'org.apache.kafka.common.security';
  if (mechanism === 'OAUTHBEARER') return `${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`;
  return mechanism === 'PLAIN'
    ? `${modules}.plain.PlainLoginModule required user_${LOGIN.username}="${LOGIN.password}";`
    : `${modules}.scram.ScramLoginModule required;`;
}
