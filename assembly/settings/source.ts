// The configuration of a source.
import { InvalidParam } from '../abi/connector';
import { Connection, Decoding, Fetching, Membership, Start } from '../abi/kafka';
import { ReadForm } from '../opencdc/read-form';
import { commitParameters, parseCommitSize } from './commits';
import { clientIdParameters, parseClientId } from './client-id';
import { consumerGroupParameters } from './consumer-group';
import { decodingParameters, parseDecoding } from './decoding';
import { fetchingParameters, parseFetching } from './fetching';
import { groupMemberParameters, parseGroupMember } from './group-member';
import { Parameter, ignored, joined } from './parameter';
import { parseReadForm, readRecordParameters } from './read-records';
import { parseSasl, saslParameters } from './sasl';
import { sourceSdkParameters } from './sdk';
import { parseServers, serversParameters } from './servers';
import { parseStart, startParameters } from './start';
import { parseTimeouts, timeoutParameters } from './timeouts';
import { parseTls, tlsParameters } from './tls';
import { TopicPattern, parseTopicPattern, topicPatternParameters } from './topic-pattern';
import { parseTopics, topicsParameters } from './topics';
import { Values } from './values';

/** The settings in the form that the data path uses. */
export class SourceSettings {
  connection: Connection = new Connection();
  topics: string[] = [];
  /** Chooses the topics instead; null: they are given by name. */
  topicPattern: TopicPattern | null = null;
  /** The configured consumer group; empty if there is none. */
  group: string = '';
  readFromBeginning: bool = false;
  start: Start | null = null;
  membership: Membership = new Membership();
  fetching: Fetching = new Fetching();
  form: ReadForm = new ReadForm();
  /** Commit when this many acknowledgements are pending; 0 and 1: with every one. */
  commitOffsetsSize: i32 = 1000;
  /** Commit this long after the first pending acknowledgement; 0 or less: never by time. */
  commitOffsetsDelayMs: i64 = 5000;
  /** Null: keys and values are raw data. */
  decoding: Decoding | null = null;
}

/** The accepted settings; null before. */
export let sourceSettings: SourceSettings | null = null;

export function sourceParameters(): Parameter[] {
  return joined([
    serversParameters(),
    clientIdParameters(),
    timeoutParameters(),
    tlsParameters(),
    saslParameters(),
    topicsParameters(),
    topicPatternParameters(),
    consumerGroupParameters(),
    startParameters(),
    groupMemberParameters(),
    fetchingParameters(),
    readRecordParameters(),
    commitParameters(),
    decodingParameters(),
    sourceSdkParameters(),
    // The official connector's first release accepted them on both sides.
    [ignored('acks'), ignored('deliveryTimeout')],
  ]);
}

/** Validates a configuration, and sets `sourceSettings` if it is valid. Returns all problems. */
export function configureSource(config: Map<string, string>): InvalidParam[] {
  const table = sourceParameters();
  const values = new Values(config, table);
  const settings = parse(values, table);
  values.logIgnored(table, 'a source');
  const problems = values.problems(table);
  if (problems.length == 0) sourceSettings = settings;
  return problems;
}

function parse(values: Values, table: Parameter[]): SourceSettings {
  const settings = new SourceSettings();
  settings.topics = parseTopics(values);
  settings.connection.servers = parseServers(values);
  values.validate(table);
  parseClientId(values, settings.connection);
  settings.connection.tls = parseTls(values);
  settings.connection.sasl = parseSasl(values);
  settings.connection.timeouts = parseTimeouts(values);
  settings.group = values.text('groupID');
  settings.readFromBeginning = values.flag('readFromBeginning');
  settings.topicPattern = parseTopicPattern(values);
  settings.start = parseStart(values, settings.topicPattern === null ? settings.topics : null);
  settings.membership = parseGroupMember(values);
  settings.fetching = parseFetching(values, settings.membership);
  settings.form = parseReadForm(values);
  settings.commitOffsetsSize = parseCommitSize(values);
  settings.commitOffsetsDelayMs = values.milliseconds('commitOffsetsDelay');
  settings.decoding = parseDecoding(values);
  return settings;
}
