// The topic of a destination: a name or a template.
import { TopicTemplate, parseTopicTemplate } from '../template/topic-template';
import { Parameter, text } from './parameter';
import { Values } from './values';

export function topicParameters(): Parameter[] {
  return [
    text(
      'topic',
      '{{ index .Metadata "opencdc.collection" }}',
      "Topic to write to: a name of at most 249 letters, digits, '.', '_' and '-', or a template that gives one for each record. " +
        'A template is a Go template over the record, with the functions of sprig: {{ .Metadata.tenant | lower }}-orders. See docs/templates.md. ' +
        'By default each record goes to the topic that is named like its collection.',
    ),
  ];
}

export function parseTopic(values: Values): TopicTemplate {
  const result = parseTopicTemplate(values.text('topic'));
  if (result.error != '') values.refuse('topic', result.error);
  return result.value;
}
