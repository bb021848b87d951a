// The configuration of a destination.
import { InvalidParam } from '../abi/connector';
import { Connection, ProducerOptions } from '../abi/kafka';
import { Format } from '../format/formats';
import { TopicTemplate } from '../template/topic-template';
import { clientIdParameters, parseClientId } from './client-id';
import { deliveryParameters, parseDelivery } from './delivery';
import { encodingParameters, parseEncoding } from './encoding';
import { Parameter, ignored, joined } from './parameter';
import { BY_PARTITIONER, parsePartition, parsePartitioner, partitioningParameters } from './partitioning';
import { RecordFormat, formatParameters, parseFormat } from './record-format';
import { parseSasl, saslParameters } from './sasl';
import { destinationSdkParameters } from './sdk';
import { parseServers, serversParameters } from './servers';
import { parseTls, tlsParameters } from './tls';
import { parseTimeouts, timeoutParameters } from './timeouts';
import { parseTopic, topicParameters } from './topic';
import { parseTopicCreation, topicCreationParameters } from './topic-creation';
import { Values } from './values';
import { parseUsesCreatedAt, writtenRecordParameters } from './written-records';

/** The settings in the form that the data path uses. */
export class DestinationSettings {
  connection: Connection = new Connection();
  delivery: ProducerOptions = new ProducerOptions();
  topic: TopicTemplate = new TopicTemplate('');
  format: RecordFormat = new RecordFormat();
  /** The host encodes keys: they are written as the message `opencdc.v1.Data`. */
  encodesKey: bool = false;
  /** Write `kafka.header.*` metadata back as headers. */
  writeHeaders: bool = true;
  /** The partition of all records, BY_PARTITIONER or BY_METADATA. */
  partition: i32 = BY_PARTITIONER;
  /** Write a delete as a null value in every format. */
  deletesAsTombstones: bool = false;
  /** Timestamps come from `opencdc.createdAt`. */
  usesCreatedAt: bool = false;
}

/** The accepted settings; null before. */
export let destinationSettings: DestinationSettings | null = null;

export function destinationParameters(): Parameter[] {
  return joined([
    serversParameters(),
    clientIdParameters(),
    timeoutParameters(),
    tlsParameters(),
    saslParameters(),
    topicParameters(),
    topicCreationParameters(),
    partitioningParameters(),
    deliveryParameters(),
    formatParameters(),
    writtenRecordParameters(),
    encodingParameters(),
    destinationSdkParameters(),
    // The official connector's first release accepted it on both sides.
    [ignored('readFromBeginning')],
  ]);
}

/** Validates a configuration, and sets `destinationSettings` if it is valid. Returns all problems. */
export function configureDestination(config: Map<string, string>): InvalidParam[] {
  const table = destinationParameters();
  const values = new Values(config, table);
  const settings = parse(values, table);
  values.logIgnored(table, 'a destination');
  const problems = values.problems(table);
  if (problems.length == 0) destinationSettings = settings;
  return problems;
}

function parse(values: Values, table: Parameter[]): DestinationSettings {
  const settings = new DestinationSettings();
  settings.connection.servers = parseServers(values);
  values.validate(table);
  parseClientId(values, settings.connection);
  settings.connection.tls = parseTls(values);
  settings.connection.sasl = parseSasl(values);
  settings.connection.timeouts = parseTimeouts(values);
  settings.topic = parseTopic(values);
  settings.delivery = parseDelivery(values);
  settings.delivery.creation = parseTopicCreation(values);
  settings.delivery.partitioner = parsePartitioner(values);
  settings.partition = parsePartition(values);
  settings.format = parseFormat(values);
  const encoding = parseEncoding(values);
  settings.delivery.encoding = encoding;
  settings.encodesKey = encoding !== null && encoding.key !== null;
  if (values.text('valueFormat').length != 0)
    settings.format.format = encoding !== null && encoding.value !== null ? Format.data : Format.raw;
  settings.writeHeaders = values.flag('writeHeaders');
  settings.deletesAsTombstones = values.flag('deletesAsTombstones');
  settings.usesCreatedAt = parseUsesCreatedAt(values);
  return settings;
}
