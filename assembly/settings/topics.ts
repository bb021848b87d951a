// The topics of a source: topics, and topic, its deprecated alias.
import { Level, log } from '../abi/log';
import { isTopicName } from '../kafka/topic-name';
import { goQuote } from './go-values';
import { Parameter, text } from './parameter';
import { Values } from './values';

export function topicsParameters(): Parameter[] {
  return [
    text('topics', '', 'Topics to read, as a comma separated list of names. Not needed if topicsRegex is set.').required(),
    text('topic', '', 'Deprecated: use topics. The one topic to read. Setting both is an error.'),
  ];
}

/**
 * Empty if topicsRegex chooses the topics. Must be called before the table is validated, because an error in the list replaces the table's error for the
 * setting.
 */
export function parseTopics(values: Values): string[] {
  useAlias(values);
  if (values.text('topicsRegex').length != 0) values.waive('topics');
  const out: string[] = [];
  if (!values.isValid('topics') || values.text('topics').length == 0) return out; // the table reports it as required
  const list = values.text('topics').split(',');
  for (let i = 0; i < list.length; i++) {
    const topic = list[i].trim();
    if (topic.length == 0) values.refuse('topics', 'invalid topics: empty ' + (i + 1).toString() + '. topic');
    else if (!isTopicName(topic))
      values.refuse(
        'topics',
        'invalid topics: ' + goQuote(topic) + " cannot be the name of a topic, expected 1 to 249 letters, digits, '.', '_' or '-'",
      );
    else if (!out.includes(topic)) out.push(topic);
  }
  return out;
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
