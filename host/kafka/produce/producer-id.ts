/**
 * Producer ids (KIP-98): by one, and by the sequence number of a batch, a broker knows a batch that it has already and does not write it
 * again. Of kafkajs' own idempotent producer only the request for an id is used: it takes sequence numbers back after any failure, so that
 * a later batch can pass for one that was written, and lets one request at a time into each broker.
 */
import { cancelledBy } from '../../base/abort.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { ClientFactory } from '../kafkajs/client.ts';
import { failureText, protocolType, rootCause } from '../kafkajs/errors.ts';
import type { Kafka } from '../kafkajs/kafkajs.ts';

export interface ProducerId {
  id: bigint;
  epoch: number;
}

/** There is no id for this client: ACLs forbid it, or the brokers do not know the request. */
export interface Refusal {
  refused: string;
}

const REQUEST_TIMEOUT_MS = 10_000;
/** Of transactions, which nobody begins; brokers refuse 0. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** A fresh id, from any broker. Rejects with errors of kafkajs, `cancelled` by the signal; bounded. */
export async function requestProducerId(factory: ClientFactory, signal: AbortSignal): Promise<ProducerId | Refusal> {
  if (signal.aborted) throw cancelledBy(signal);
  const { kafka, dialer } = factory.create({ retries: factory.servers.length, requestTimeoutMs: REQUEST_TIMEOUT_MS, signal });
  try {
    const broker = await clusterOf(kafka).brokerPool.findConnectedBroker();
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT_MS });
    return { id: BigInt(producerId), epoch: producerEpoch };
  } catch (error) {
    if (signal.aborted) throw cancelledBy(signal);
    if (isRefusal(error)) return { refused: failureText(error) };
    throw error;
  } finally {
    dialer.destroy(new Error('closed'));
  }
}

/** Not a failed login: it fails the writes as well, and says so there. */
function isRefusal(error: unknown): boolean {
  const type = protocolType(error);
  const { name, retriable } = rootCause(error);
  if (name === 'KafkaJSServerDoesNotSupportApiKey') return true;
  return type !== undefined && type !== 'UNKNOWN' && !type.includes('SASL') && retriable === false;
}

interface Cluster {
  brokerPool: {
    findConnectedBroker(): Promise<{
      initProducerId(options: { transactionTimeout: number }): Promise<{ producerId: string; producerEpoch: number }>;
    }>;
  };
}

/** kafkajs' connections to a cluster, which its producers and consumers hide. */
function clusterOf(kafka: Kafka): Cluster {
  const create = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster');
  if (create === undefined) throw new ConnectorError('environment', 'this is not kafkajs 2.2.4: install exactly that version');
  return (kafka as unknown as Record<symbol, (options: object) => Cluster>)[create]!({});
}
