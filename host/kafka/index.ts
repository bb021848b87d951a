/** Kafka as the capability of a guest, through kafkajs. */
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Net } from '../net/net.ts';
import type { Capabilities } from '../runtime/capabilities.ts';
import { ClientFactory } from './kafkajs/client.ts';
import { openConsumer } from './consume/consumer.ts';
import { LatestOffsets } from './consume/latest-offsets.ts';
import { openProducer } from './produce/producer.ts';

export { deleteGroupsOf } from './consume/generated-groups.ts';
export { checkPem } from './auth/tls.ts';

export interface KafkaOptions {
  log: Log;
  secrets: SecretReader;
  /** Appended to every client id, to tell apart what one process runs. */
  clientIdSuffix?: string;
  net: Net;
  /** Written beside every committed offset: whose group it is, for `deleteGroupsOf`. */
  commitMetadata?: string;
}

/** What the guests of one connector may do with Kafka, one after the other. Every method of what it opens rejects with ConnectorError only. */
export function kafkaCapabilities(options: KafkaOptions): Capabilities {
  const factory = (connection: Parameters<Capabilities['openConsumer']>[0], asker: string): ClientFactory => {
    const clientId = connection.clientId + (options.clientIdSuffix ?? '');
    return new ClientFactory({ ...connection, clientId }, { ...options, asker });
  };
  const latest = new LatestOffsets();
  return {
    log: (level, message, fields) => options.log(level, message, Object.fromEntries(fields)),
    openConsumer: async (connection, consumer, { signal }) =>
      openConsumer(factory(connection, `consumer of group "${consumer.group}"`), consumer, { latest, signal }),
    openProducer: async (connection, producer, { signal }) => openProducer(factory(connection, 'producer'), producer, { signal }),
  };
}
