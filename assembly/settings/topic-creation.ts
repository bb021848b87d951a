// The creation of missing topics: createTopics, createTopicPartitions, createTopicReplicationFactor, createTopicConfigs.
import { TopicConfig, TopicCreation } from '../abi/kafka';
import { boundedInteger } from './bounds';
import { goQuote } from './go-values';
import { Parameter, boolean, int, text } from './parameter';
import { Values } from './values';

const MAX_PARTITIONS = 100_000;
const MAX_REPLICATION_FACTOR = 32_767;

export function topicCreationParameters(): Parameter[] {
  return [
    boolean(
      'createTopics',
      'false',
      'Create a topic that is missing, with the settings below. When false, the brokers create it if they do so on request (auto.create.topics.enable), with their own defaults; the Go connector does the same and has no setting for it.',
    ),
    int(
      'createTopicPartitions',
      '-1',
      'Partitions of a topic that is created, from 1 to 100000. -1: as many as the brokers choose (num.partitions).',
    ),
    int(
      'createTopicReplicationFactor',
      '-1',
      'Replicas of each partition of a topic that is created, from 1 to 32767. -1: as many as the brokers choose (default.replication.factor).',
    ),
    text(
      'createTopicConfigs',
      '',
      "Configs of a topic that is created, under Kafka's names, as a comma separated list of name=value, such as retention.ms=3600000,cleanup.policy=compact,delete. " +
        'An element without = belongs to the value before it.',
    ),
  ];
}

/** Null: the connector creates no topic. */
export function parseTopicCreation(values: Values): TopicCreation | null {
  const partitions = countOf(values, 'createTopicPartitions', MAX_PARTITIONS);
  const replicationFactor = countOf(values, 'createTopicReplicationFactor', MAX_REPLICATION_FACTOR);
  const configs = parseConfigs(values);
  if (!values.isValid('createTopics') || !values.flag('createTopics')) return null;
  return new TopicCreation(partitions, replicationFactor, configs);
}

/** -1, or a number from 1 on. */
function countOf(values: Values, name: string, most: i64): i32 {
  if (values.isValid(name) && values.integer(name) == -1) return -1;
  return boundedInteger(values, name, 1, most);
}

function parseConfigs(values: Values): TopicConfig[] {
  const configs: TopicConfig[] = [];
  const text = values.text('createTopicConfigs');
  if (text.length == 0) return configs;
  const list = text.split(',');
  for (let i = 0; i < list.length; i++) {
    const element = list[i].trim();
    const equals = element.indexOf('=');
    if (equals < 0 && configs.length != 0) configs[configs.length - 1].value += ',' + element;
    else if (equals < 1)
      values.refuse(
        'createTopicConfigs',
        'invalid createTopicConfigs: ' + (i + 1).toString() + '. element ' + goQuote(element) + ': expected name=value',
      );
    else configs.push(new TopicConfig(element.substring(0, equals).trim(), element.substring(equals + 1).trim()));
  }
  return configs;
}
