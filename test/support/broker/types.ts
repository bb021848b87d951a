import type { ClientTls } from './certificates.ts';
import type { Login } from './login.ts';

export const PROVIDERS = ['address', 'docker', 'jars'] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface BrokerOptions {
  /** Brokers of the cluster, each its own process, and all of them voters. Default 1. */
  readonly nodes?: 1 | 3;
  /** Kafka's own server settings; they win over the provider's. */
  readonly config?: Readonly<Record<string, string>>;
  /** Default: the environment's KAFKA_PROVIDER, else the first one that this machine has. */
  readonly provider?: Provider;
  /** `quick-start` keeps the JVM at its first compiler; a benchmark wants `throughput`. Default quick-start. */
  readonly jvm?: 'quick-start' | 'throughput';
}

/** Where a cluster listens, and what a TLS client needs. Plain data: a test process gets it from the run's set-up. */
export interface BrokerAddresses {
  readonly kind: Provider;
  /** Comma-separated `host:port` of the plaintext listeners. */
  readonly servers: string;
  /** TLS; the certificate names localhost and 127.0.0.1. */
  readonly sslServers: string | null;
  /** TLS; a client certificate is required. */
  readonly mtlsServers: string | null;
  /** TLS; the certificate, of the same CA, names a host that no test connects to. */
  readonly misnamedServers: string | null;
  /** TLS; the certificate is the same as that of `sslServers`, but expired. */
  readonly expiredServers: string | null;
  /** SASL without TLS; PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly saslServers: string | null;
  /** SASL over TLS, with the certificate of `sslServers`; the same mechanisms. */
  readonly saslSslServers: string | null;
  /** SASL without TLS; SCRAM-SHA-512 only. */
  readonly scram512Servers: string | null;
  /** SASL without TLS; OAUTHBEARER, with tokens of `test/support/token-server.ts`. */
  readonly oauthServers: string | null;
  /** Who may log in at the SASL listeners. */
  readonly login: Login | null;
  readonly tls: ClientTls | null;
}

/** A running cluster. `node` counts from 1; without it a call is for all nodes. */
export interface Broker extends BrokerAddresses {
  /** False for a cluster that is not ours: all that would change it rejects then. */
  readonly canRestart: boolean;
  /** Ends it as an operator would; data and ports stay. */
  stop(node?: number): Promise<void>;
  /** SIGKILL; data and ports stay. */
  kill(node?: number): Promise<void>;
  /** Halts its processes (SIGSTOP): connections stay, and nothing answers. */
  freeze(node?: number): Promise<void>;
  /** Lets frozen processes go on. */
  thaw(node?: number): Promise<void>;
  /** Starts what was stopped or killed, on the same ports with the same data, and waits until it serves. */
  start(node?: number): Promise<void>;
  /** Ends it for good and removes everything it left. Any number of times. */
  close(): Promise<void>;
}
