/** Asks a broker for an answer that only a client whose login is good gets. */
import type { Broker } from './cluster.ts';

/** Metadata request version 4 of no topics; kafkajs' own asks for all of them if it is given none. */
const NO_TOPICS = Buffer.from([0, 0, 0, 0, 0]);

/** Rejects with kafkajs' error if there is no answer. */
export async function ping(broker: Broker): Promise<void> {
  await broker.connectionPool.send({
    request: { apiKey: 3, apiVersion: 4, apiName: 'Metadata', encode: async () => ({ buffer: NO_TOPICS, size: () => NO_TOPICS.length }) },
    // kafkajs looks for a throttle time in the decoded response.
    response: { decode: async () => ({}), parse: async () => undefined },
  });
}
