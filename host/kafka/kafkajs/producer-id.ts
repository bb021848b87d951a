/** Asks any broker for a producer id, over a connection of its own. */
import { cancelledBy } from '../../base/abort.ts';
import type { ProducerId } from '../client.ts';
import type { ClientFactory } from './client.ts';
import { clusterOf } from './cluster.ts';
import { faultOf } from './errors.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** The transaction timeout in the request. No transaction is begun, but brokers refuse 0. */
const TRANSACTION_TIMEOUT_MS = 60_000;
const METADATA_MAX_AGE_MS = 300_000;

/** Gets a producer id. Rejects with KafkaFault, or with `cancelled` when the signal aborts. Takes a bounded time. */
export async function requestProducerId(factory: Pick<ClientFactory, 'servers' | 'create'>, signal: AbortSignal): Promise<ProducerId> {
  if (signal.aborted) throw cancelledBy(signal);
  const { kafka, dialer } = factory.create({ retries: factory.servers.length, requestTimeoutMs: REQUEST_TIMEOUT_MS, signal });
  try {
    const cluster = clusterOf(kafka, { allowAutoTopicCreation: false, metadataMaxAge: METADATA_MAX_AGE_MS });
    const broker = await cluster.brokerPool.findConnectedBroker();
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT_MS });
    return { id: BigInt(producerId), epoch: producerEpoch };
  } catch (error) {
    throw signal.aborted ? cancelledBy(signal) : faultOf(error);
  } finally {
    dialer.destroy(new Error('closed'));
  }
}
