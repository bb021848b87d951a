/** Kafka through kafkajs: opens consumers and producers, and makes look-ups. */
import { cancelledBy } from '../base/abort.ts';
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Net } from '../net/net.ts';
import type { KafkaClient, LookupOptions, Lookups } from './client.ts';
import { openConsumer, openReader } from './consume/consumer.ts';
import type { Reader } from './consume/ending-reader.ts';
import { deleteGroups, type OwnedGroups } from './consume/generated-groups.ts';
import { LatestOffsets } from './consume/latest-offsets.ts';
import type { ReadingRange } from './consume/reading-range.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from './contract.ts';
import type { Report } from './doctor/check.ts';
import { examine, type DoctorOptions } from './doctor/doctor.ts';
import { connectorError } from './fault.ts';
import type { ConsumerHandle, ProducerHandle } from './handles.ts';
import type { Lister } from './listing/lister.ts';
import { ClientFactory } from './kafkajs/client.ts';
import { openProducer } from './produce/producer.ts';

export { checkPem, tlsOptions } from './auth/tls.ts';
export type { Reader } from './consume/ending-reader.ts';
export type { ConsumerHandle, ProducerHandle } from './handles.ts';
export { DecodingConsumer } from './values/decoding-consumer.ts';
export { EncodingProducer } from './values/encoding-producer.ts';
export type { Decoder, Decoding, Encoder, Encoding } from './values/translation.ts';

/** Longest wait for one answer of a listing. */
const LIST_MS = 10_000;
const LIST_CLOSE_MS = 500;

export interface KafkaOptions {
  log: Log;
  secrets: SecretReader;
  net: Net;
  /** Metadata of every committed offset. It marks the connector's group for `deleteGroupsOf`. */
  commitMetadata?: string;
}

export interface OpenContext {
  /** When it aborts, an `open` that runs stops dialling, closes its sockets and rejects with `cancelled`. It does not end open handles. */
  signal: AbortSignal;
}

/** Kafka for one connector. Promises reject with ConnectorError only. */
export interface Kafka {
  openConsumer(connection: Connection, options: ConsumerOptions, context: OpenContext): Promise<ConsumerHandle>;
  openProducer(connection: Connection, options: ProducerOptions, context: OpenContext): Promise<ProducerHandle>;
}

/** Kafka for one connector. A connector opens consumers one after the other, and they share the offsets that "latest" means. */
export function createKafka(options: KafkaOptions): Kafka {
  const client = (connection: Connection, asker: string): KafkaClient => new ClientFactory(connection, { ...options, asker });
  const latest = new LatestOffsets();
  return {
    openConsumer: async (connection, consumer, { signal }) => {
      if (consumer.decoding !== undefined) throw untranslated();
      return openConsumer(client(connection, `consumer of group "${consumer.group}"`), consumer, { latest, signal });
    },
    openProducer: async (connection, producer, { signal }) => {
      if (producer.encoding !== undefined) throw untranslated();
      return openProducer(client(connection, 'producer'), producer, { signal });
    },
  };
}

/** The guest would take bytes that nobody decoded for decoded ones. */
function untranslated(): ConnectorError {
  return new ConnectorError('config.invalid', 'keyFormat and valueFormat need a host with schemas: wrap its Kafka in withSchemas');
}

/** What a look at a cluster needs beside the connection. */
export interface LookParts {
  log: Log;
  secrets: SecretReader;
  net: Net;
}

/** A client for one cluster, over connections of its own. `asker` names it for the network's policy, logs and errors. */
export function clientOf(connection: Connection, parts: LookParts & { asker: string }): Pick<KafkaClient, 'reach' | 'lookups'> {
  return new ClientFactory(connection, parts);
}

/** Opens a consumer that joins no group, and reads a range of the topics of `options`. Rejects with ConnectorError. */
export function openReaderOf(
  connection: Connection,
  options: ConsumerOptions,
  range: ReadingRange,
  { signal, ...parts }: LookParts & Partial<OpenContext>,
): Promise<Reader> {
  return openReader(new ClientFactory(connection, { ...parts, asker: 'consumer without a group' }), options, range, { signal });
}

/** Look-ups in one cluster, over connections of their own. */
export function lookupsOf(connection: Connection, parts: LookParts & { asker: string }, options: LookupOptions): Lookups {
  return clientOf(connection, parts).lookups(options);
}

/** Checks a connection and what is used through it, and reports each finding. Joins no group and writes nothing. */
export async function checkConnection(
  connection: Connection,
  parts: LookParts & { asker: string },
  options: Omit<DoctorOptions, 'insecure'>,
  report: Report,
): Promise<void> {
  try {
    await examine(new ClientFactory(connection, parts), { ...options, insecure: connection.tls?.insecureSkipVerify === true }, report);
  } catch (error) {
    throw connectorError(error);
  }
}

/** Asks a cluster about its topics, groups and brokers, over connections of its own. Rejects with ConnectorError if no broker answers. */
export async function listFrom<T>(
  connection: Connection,
  { signal, ...parts }: LookParts & OpenContext,
  ask: (lister: Lister) => Promise<T>,
): Promise<T> {
  const client = new ClientFactory(connection, { ...parts, asker: 'listing of the cluster' });
  await client.reach(signal);
  const lister = client.lister({ retries: 1, requestTimeoutMs: LIST_MS, signal });
  try {
    await lister.connect();
    return await ask(lister);
  } catch (error) {
    if (signal.aborted) throw cancelledBy(signal);
    throw connectorError(error);
  } finally {
    await lister.close(LIST_CLOSE_MS);
  }
}

/** Deletes the consumer groups whose names a connector made up; returns their names. Rejects with ConnectorError. */
export function deleteGroupsOf({
  connection,
  log,
  secrets,
  net,
  ...owned
}: LookParts & OwnedGroups & { connection: Connection }): Promise<string[]> {
  return deleteGroups(new ClientFactory(connection, { log, secrets, net, asker: 'clean-up of consumer groups' }), owned);
}
