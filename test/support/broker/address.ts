import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from '../plain-kafkajs.ts';
import type { Broker } from './types.ts';
import type { ClientTls } from './certificates.ts';

const TLS_FILES: Record<Exclude<keyof ClientTls, 'renewedClient'>, string> = {
  caCert: 'ca.pem',
  clientCert: 'client.pem',
  clientKey: 'client.key',
  otherCaCert: 'other-ca.pem',
};

/**
 * The cluster at KAFKA_SERVERS. KAFKA_SSL_SERVERS, KAFKA_MTLS_SERVERS and KAFKA_MISNAMED_SERVERS name its TLS listeners, if it has any, and
 * KAFKA_TLS_DIR the folder with ca.pem, client.pem, client.key (PKCS#8) and other-ca.pem that go with them.
 */
export function addressBroker(servers: string, env: NodeJS.ProcessEnv = process.env): Broker {
  const dir = env['KAFKA_TLS_DIR'];
  const notOurs = (): Promise<never> => Promise.reject(new Error('The cluster at KAFKA_SERVERS is not stopped or started by tests.'));
  return {
    kind: 'address',
    servers,
    sslServers: (dir && env['KAFKA_SSL_SERVERS']) || null,
    mtlsServers: (dir && env['KAFKA_MTLS_SERVERS']) || null,
    misnamedServers: (dir && env['KAFKA_MISNAMED_SERVERS']) || null,
    expiredServers: null,
    saslServers: null,
    saslSslServers: null,
    scram512Servers: null,
    oauthServers: null,
    login: null,
    tls: dir
      ? (Object.fromEntries(
          Object.entries(TLS_FILES).map(([name, file]) => [name, readFileSync(join(dir, file), 'utf8')]),
        ) as unknown as ClientTls)
      : null,
    canRestart: false,
    stop: notOurs,
    kill: notOurs,
    freeze: notOurs,
    thaw: notOurs,
    start: notOurs,
    close: () => Promise.resolve(),
  };
}

const ANSWER_MS = 5_000;

/** Rejects if no broker answers at KAFKA_SERVERS. */
export async function checkAnswers(servers: string): Promise<void> {
  const admin = new kafkajs.Kafka({
    brokers: servers.split(','),
    connectionTimeout: ANSWER_MS,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  try {
    await admin.connect();
  } catch (error) {
    throw new Error(`No broker answers at KAFKA_SERVERS=${servers}: ${(error as Error).message}.`, { cause: error });
  } finally {
    await admin.disconnect();
  }
}
