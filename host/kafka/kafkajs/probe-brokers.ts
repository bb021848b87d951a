/** The dial rule of `open`: any one broker must answer, TLS and SASL included, within the connect timeout. A refused login is not tried again. */
import { cancelledBy } from '../../base/abort.ts';
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import { settles, sleep } from '../../base/wait.ts';
import { KafkaFault } from '../fault.ts';
import type { Address } from '../client.ts';
import type { ClientFactory } from './client.ts';
import { clusterOf } from './cluster.ts';
import { dialFailure, faultOf, loginMissing, type DialFailure } from './errors.ts';
import { ping } from './ping.ts';

const INTERVAL_MS = 1_000;
const METADATA_MAX_AGE_MS = 300_000;

/**
 * Resolves when a broker has answered. Rejects with ConnectorError `kafka.unreachable`, with `kafka.rejected` if a retry cannot help for any address or a
 * broker refused the login, or with `policy.denied` if the policy refused all addresses; the text names every address. When the signal aborts, it rejects
 * with `cancelled` and stops dialling.
 */
export async function reach(factory: ClientFactory, signal?: AbortSignal): Promise<void> {
  const deadline = Deadline.after(factory.connectTimeoutMs);
  for (;;) {
    const failures = await dialAll(factory, Math.max(1, deadline.leftMs), signal);
    if (signal?.aborted) throw cancelledBy(signal);
    if (failures === null) return;
    const permanent = failures.every((failure) => failure.permanent) || failures.some((failure) => failure.isLoginRefused === true);
    const isDenied = failures.length > 0 && failures.every((failure) => failure.isDenied === true);
    const text = `failed to dial broker: unable to dial: ${failures.map((failure) => failure.text).join('; ')}`;
    if (permanent || deadline.leftMs < INTERVAL_MS) {
      throw new ConnectorError(isDenied ? 'policy.denied' : permanent ? 'kafka.rejected' : 'kafka.unreachable', text);
    }
    factory.log('warn', 'failed to dial broker, trying again...', { error: text });
    await sleep(INTERVAL_MS, signal);
    if (signal?.aborted) throw cancelledBy(signal);
  }
}

/** Dials all servers. Null as soon as one answers, else a failure for each server. */
async function dialAll(factory: ClientFactory, timeoutMs: number, signal?: AbortSignal): Promise<DialFailure[] | null> {
  const attempts = factory.servers.map((server) => dialOne(factory, server, timeoutMs, signal));
  const answered = Promise.any(attempts.map(async (attempt) => ((await attempt) === null ? null : Promise.reject(new Error('failed')))));
  return answered.catch(async () => (await Promise.all(attempts)).filter((failure) => failure !== null));
}

async function dialOne(factory: ClientFactory, server: Address, timeoutMs: number, signal?: AbortSignal): Promise<DialFailure | null> {
  const answer = await askServer(factory, server, timeoutMs, signal);
  return 'failure' in answer ? answer.failure : null;
}

/** Connects to one server, TLS and login included, and gets an answer. Resolves with the highest version of each request, by API key. Never rejects. */
export async function askServer(
  factory: ClientFactory,
  server: Address,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<{ versions: ReadonlyMap<number, number> } | { failure: DialFailure }> {
  const { kafka, dialer } = factory.create({ servers: [server], retries: 0, signal });
  const cluster = clusterOf(kafka, { allowAutoTopicCreation: false, metadataMaxAge: METADATA_MAX_AGE_MS });
  let isConnected = false;
  const answered = (async () => {
    const broker = await cluster.brokerPool.findConnectedBroker();
    isConnected = true;
    // Any client gets the answers up to here, also where a login is demanded.
    if (!factory.hasLogin) await ping(broker);
    return new Map(Object.entries(broker.versions ?? {}).map(([key, { maxVersion }]) => [Number(key), maxVersion]));
  })();
  try {
    if (!(await settles(answered, timeoutMs, signal))) return { failure: dialFailure(server.host, server.port, new Error('dial timeout')) };
    return { versions: await answered };
  } catch (error) {
    const fault = faultOf(error);
    if (isConnected && fault instanceof KafkaFault && fault.kind === 'connection')
      return { failure: loginMissing(server.host, server.port) };
    const cause = dialer.failure(server.host, server.port) ?? error;
    return { failure: dialFailure(server.host, server.port, cause, factory.usesTls) };
  } finally {
    await settles(cluster.disconnect(), 500, signal);
    dialer.destroy(new Error('closed'));
  }
}
