// The topic of a destination: a name, or a Go template. A template of text and metadata alone becomes parts, which destination/topics.ts joins without
// the engine.
import { MAX_TOPIC_LENGTH, hasOnlyTopicCharacters, isTopicName } from '../kafka/topic-name';
import { Kind, Node, child, constantOf } from './node';
import { parseTemplate } from './parser';
import { Template } from './template';
import { lift } from './values/value';

const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template';

/** One piece of a template: literal text, or a metadata key. */
export class TopicPart {
  constructor(
    /** The literal text or the key. */
    readonly text: string,
    readonly isKey: bool,
    /** True: a missing key gives an empty text (`index`, as in Go). False: the record has no topic (`.Metadata.key`, where Go writes `<no value>`). */
    readonly emptyIfMissing: bool,
  ) {}
}

export class TopicTemplate {
  parts: TopicPart[] = [];
  /** What the parts cannot say; null if they say everything. */
  template: Template | null = null;

  constructor(readonly source: string) {}
}

/** A template, or the error for a text that is no template. */
export class TopicResult {
  constructor(
    readonly value: TopicTemplate,
    /** Empty if the template is valid. */
    readonly error: string = '',
  ) {}
}

/** Parses a template. The name of a topic is a template of one literal. */
export function parseTopicTemplate(source: string): TopicResult {
  const template = new TopicTemplate(source);
  return new TopicResult(template, problemOf(template));
}

/** Fills in the parts or the template. Returns the error, empty if there is none. */
function problemOf(topic: TopicTemplate): string {
  const source = topic.source;
  if (source.length != 0 && hasOnlyTopicCharacters(source)) {
    if (source.length > MAX_TOPIC_LENGTH) return 'topic is too long, maximum length is ' + MAX_TOPIC_LENGTH.toString();
    if (!isTopicName(source)) return NEITHER + ': "' + source + '" cannot be the name of a topic';
    topic.parts.push(new TopicPart(source, false, false));
    return '';
  }
  if (!source.includes('{{') || !source.includes('}}')) return NEITHER;
  const template = parseTemplate('topic', source, false);
  if (template.error != '') {
    const error = template.error;
    template.free();
    return NEITHER + ': ' + error;
  }
  const root = template.root('topic');
  if (root === null || template.names.length > 1 || !takeParts(topic, root)) {
    topic.parts = [];
    topic.template = template;
    return '';
  }
  template.free();
  for (let i = 0; i < topic.parts.length; i++) {
    const part = topic.parts[i];
    if (!part.isKey && !hasOnlyTopicCharacters(part.text)) {
      return NEITHER + ': template: topic:1: "' + part.text + '" cannot be part of the name of a topic';
    }
  }
  return '';
}

/** Makes the parts of a template of text and metadata alone. False: it has more. */
function takeParts(topic: TopicTemplate, root: Node): bool {
  for (let i: u32 = 0; i < root.childCount; i++) {
    const node = child(root, i);
    if (node.kind == Kind.text) {
      topic.parts.push(new TopicPart(String.UTF8.decodeUnsafe(node.textAt, node.textSize), false, false));
      continue;
    }
    if (node.kind != Kind.action) return false;
    const pipe = node.pipe!;
    if (pipe.declared != 0 || pipe.childCount != 1) return false;
    const part = partOf(child(pipe, 0));
    if (part === null) return false;
    topic.parts.push(part);
  }
  return topic.parts.length != 0;
}

function nameOf(node: Node, i: u32): string {
  const name = child(node, i);
  return String.UTF8.decodeUnsafe(name.textAt, name.textSize);
}

/** `.Metadata.key` or `index .Metadata "key"`. Names with a capital may be methods, which the engine knows. */
function partOf(command: Node): TopicPart | null {
  const first = child(command, 0);
  if (command.childCount == 1) {
    if (first.kind != Kind.field || first.childCount != 2 || nameOf(first, 0) != 'Metadata') return null;
    const key = nameOf(first, 1);
    const c = key.charCodeAt(0);
    return c >= 0x41 && c <= 0x5a ? null : new TopicPart(key, true, false);
  }
  if (command.childCount != 3 || first.kind != Kind.identifier) return null;
  if (String.UTF8.decodeUnsafe(first.textAt, first.textSize) != 'index') return null;
  const map = child(command, 1);
  const key = child(command, 2);
  if (map.kind != Kind.field || map.childCount != 1 || nameOf(map, 0) != 'Metadata' || key.kind != Kind.string) return null;
  return new TopicPart(lift(constantOf(key)), true, true);
}
