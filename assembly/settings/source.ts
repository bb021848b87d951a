// Configuration of the source.
import { Level, log } from '../abi/log';
import { Parameter } from './parameter';
import { parseConnection } from './connection';
import { goQuote } from './go-values';
import { SourceSettings } from './settings';
import { isTopicName } from '../template/topic-template';
import { Values } from './values';

/** Reports into `values`; the result is to be used only if it has no problems. */
export function parseSource(values: Values, table: Parameter[]): SourceSettings {
  const settings = new SourceSettings();
  useAlias(values);
  if (values.isValid('topics')) settings.topics = parseTopics(values);
  settings.connection = parseConnection(values, table);
  settings.group = values.text('groupID');
  settings.readFromBeginning = values.flag('readFromBeginning');
  // More pending acknowledgements than that cannot be.
  settings.commitOffsetsSize = <i32>min<i64>(values.integer('commitOffsetsSize'), i32.MAX_VALUE);
  settings.commitOffsetsDelayMs = values.milliseconds('commitOffsetsDelay');
  return settings;
}

function useAlias(values: Values): void {
  const topic = values.text('topic');
  if (topic.length == 0) return;
  if (values.text('topics').length != 0) {
    values.refuse(
      'topics',
      'can\'t provide both "topic" and "topics" parameters, "topic" is deprecated and will be removed, use the "topics" parameter instead',
    );
    return;
  }
  log(Level.warn, '"topic" is deprecated, use "topics" instead');
  values.set('topics', topic);
}

function parseTopics(values: Values): string[] {
  const out: string[] = [];
  if (values.text('topics').length == 0) return out; // reported as required
  const list = values.text('topics').split(',');
  for (let i = 0; i < list.length; i++) {
    const topic = list[i].trim();
    if (topic.length == 0) values.refuse('topics', 'invalid topics: empty ' + i.toString() + '. topic');
    else if (!isTopicName(topic))
      values.refuse(
        'topics',
        'invalid topics: ' + goQuote(topic) + " cannot be the name of a topic, expected 1 to 249 letters, digits, '.', '_' or '-'",
      );
    else if (!out.includes(topic)) out.push(topic);
  }
  return out;
}
