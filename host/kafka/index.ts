/** Kafka as the capability of a guest, through kafkajs. */
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Capabilities, SecretReader } from '../runtime/contract.ts';
import { ClientFactory } from './kafkajs/client.ts';
import { openConsumer } from './consume/consumer.ts';
import type { Allow } from '../net/dial.ts';
import { LatestOffsets } from './consume/latest-offsets.ts';
import { openProducer } from './produce/producer.ts';
import { useRecordsPath, type RecordsPath } from './kafkajs/raw-records.ts';

export { deleteGroupsOf } from './consume/generated-groups.ts';
export { checkPem } from './auth/tls.ts';
export type { Allow } from '../net/dial.ts';
export type { RecordsPath } from './kafkajs/raw-records.ts';

export interface KafkaOptions {
  log: Log;
  secrets: SecretReader;
  /** Default: the environment's KAFKA_RECORDS, else `raw`. One for the whole process: the last one set holds. */
  recordsPath?: RecordsPath;
  /** Appended to every client id, to tell apart what one process runs. */
  clientIdSuffix?: string;
  /** Asked before every dial. */
  allow?: Allow;
  /** Written beside every committed offset: whose group it is, for `deleteGroupsOf`. */
  commitMetadata?: string;
}

/** What the guests of one connector may do with Kafka, one after the other. Every method of what it opens rejects with ConnectorError only. */
export function kafkaCapabilities(options: KafkaOptions): Capabilities {
  const recordsPath = options.recordsPath ?? recordsPathOfEnvironment();
  const factory = (connection: Parameters<Capabilities['openConsumer']>[0]): ClientFactory => {
    useRecordsPath(recordsPath);
    const clientId = connection.clientId + (options.clientIdSuffix ?? '');
    return new ClientFactory({ ...connection, clientId }, options.secrets, options.log, options.allow, options.commitMetadata);
  };
  const latest = new LatestOffsets();
  return {
    log: (level, message, fields) => options.log(level, message, Object.fromEntries(fields)),
    openConsumer: async (connection, consumer) => openConsumer(factory(connection), consumer, { latest }),
    openProducer: async (connection, producer) => openProducer(factory(connection), producer, recordsPath),
  };
}

function recordsPathOfEnvironment(): RecordsPath {
  const value = process.env.KAFKA_RECORDS;
  if (value === undefined || value === '' || value === 'raw') return 'raw';
  if (value === 'stock') return 'stock';
  throw new ConnectorError('environment', `expected KAFKA_RECORDS to be raw or stock, got ${JSON.stringify(value)}`);
}
