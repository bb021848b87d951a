// The configuration of a destination.
import { InvalidParam } from '../abi/connector';
import { Connection, ProducerOptions } from '../abi/kafka';
import { TopicTemplate } from '../template/topic-template';
import { clientIdParameters, parseClientId } from './client-id';
import { deliveryParameters, parseDelivery } from './delivery';
import { Parameter, ignored, joined } from './parameter';
import { formatParameters, parseFormat } from './record-format';
import { parseSasl, saslParameters } from './sasl';
import { destinationSdkParameters } from './sdk';
import { parseServers, serversParameters } from './servers';
import { parseTls, tlsParameters } from './tls';
import { parseTopic, topicParameters } from './topic';
import { Values } from './values';

/** The settings in the form that the data path uses. */
export class DestinationSettings {
  connection: Connection = new Connection();
  delivery: ProducerOptions = new ProducerOptions();
  topic: TopicTemplate = new TopicTemplate('');
  /** A case of Format. */
  format: u8 = 0;
  /** Write `kafka.header.*` metadata back as headers. */
  writeHeaders: bool = true;
}

/** The accepted settings; null before. */
export let destinationSettings: DestinationSettings | null = null;

export function destinationParameters(): Parameter[] {
  return joined([
    serversParameters(),
    clientIdParameters(),
    tlsParameters(),
    saslParameters(),
    topicParameters(),
    deliveryParameters(),
    formatParameters(),
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
  settings.topic = parseTopic(values);
  settings.delivery = parseDelivery(values);
  settings.format = parseFormat(values);
  settings.writeHeaders = values.flag('writeHeaders');
  return settings;
}
