// Topic of a destination record: literal text, `{{ index .Metadata "key" }}` and `{{ .Metadata.key }}`. Other Go templates are
// refused when the connector is configured.

/** Longest name of a Kafka topic. */
export const MAX_TOPIC_LENGTH = 249;
const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template';
const SUPPORTED = '; supported are {{ index .Metadata "key" }} and {{ .Metadata.key }}';

function isTopicCharacter(c: i32): bool {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39) || c == 0x2e || c == 0x5f || c == 0x2d;
}
/** Letters, digits, '.', '_' and '-' only; says nothing about the length. */
export function hasOnlyTopicCharacters(s: string): bool {
  for (let i = 0; i < s.length; i++) if (!isTopicCharacter(s.charCodeAt(i))) return false;
  return true;
}
/** Whether Kafka can have a topic of this name. */
export function isTopicName(s: string): bool {
  return s.length > 0 && s.length <= MAX_TOPIC_LENGTH && s != '.' && s != '..' && hasOnlyTopicCharacters(s);
}

/** Where a template finds a record's metadata. */
export abstract class MetadataLookup {
  /** Null: no such key. */
  abstract get(key: string): string | null;
}

/** One piece of a template: literal text, or a metadata key. */
export class TopicPart {
  constructor(
    /** The literal text or the key. */
    public text: string,
    public isKey: bool,
    /** A missing key is empty text (`index`, as in Go), else it makes the topic unknown (`.Metadata.key`, where Go writes `<no value>`). */
    public emptyIfMissing: bool,
  ) {}
}

export class TopicTemplate {
  parts: TopicPart[] = [];

  get isStatic(): bool {
    return this.parts.length == 1 && !this.parts[0].isKey;
  }

  /** The topic of a record, or null if its metadata gives none. The name is not checked further. */
  render(metadata: MetadataLookup): string | null {
    let topic = '';
    for (let i = 0; i < this.parts.length; i++) {
      const part = this.parts[i];
      if (!part.isKey) {
        topic += part.text;
        continue;
      }
      const value = metadata.get(part.text);
      if (value !== null) topic += value;
      else if (!part.emptyIfMissing) return null;
    }
    return topic.length == 0 ? null : topic;
  }
}

/** The last error text of `parseTopic`; null if it succeeded. */
export let topicError: string | null = null;

/** Null: not a topic and not a template, see `topicError`. */
export function parseTopic(source: string): TopicTemplate | null {
  topicError = null;
  const template = new TopicTemplate();
  if (source.length != 0 && hasOnlyTopicCharacters(source)) {
    if (source.length > MAX_TOPIC_LENGTH) return refuse('topic is too long, maximum length is ' + MAX_TOPIC_LENGTH.toString());
    if (!isTopicName(source)) return refuse(NEITHER + ': "' + source + '" cannot be the name of a topic');
    template.parts.push(new TopicPart(source, false, false));
    return template;
  }
  if (!source.includes('{{') || !source.includes('}}')) return refuse(NEITHER);
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    const literal = source.substring(at, open < 0 ? source.length : open);
    if (!hasOnlyTopicCharacters(literal)) {
      // Go would parse on, and complain about an open action first.
      if (open >= 0 && source.indexOf('}}', open) < 0) return refuseTemplate('unclosed action');
      return refuseTemplate('"' + literal + '" cannot be part of the name of a topic');
    }
    if (literal.length != 0) template.parts.push(new TopicPart(literal, false, false));
    if (open < 0) break;
    const close = endOfAction(source, open + 2);
    if (close < 0) return refuseTemplate('unclosed action');
    const part = parseAction(source.substring(open + 2, close).trim());
    if (part === null) return null;
    template.parts.push(part);
    at = close + 2;
  }
  return template;
}

function refuse(text: string): TopicTemplate | null {
  topicError = text;
  return null;
}
function refuseTemplate(text: string): TopicTemplate | null {
  return refuse(NEITHER + ': template: topic:1: ' + text);
}

/** Index of the `}}` that ends an action; one inside a quoted text does not. */
function endOfAction(s: string, from: i32): i32 {
  let quote = 0;
  for (let i = from; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (quote != 0) {
      if (c == 0x5c && quote == 0x22) i++;
      else if (c == quote) quote = 0;
    } else if (c == 0x22 || c == 0x60) quote = c;
    else if (c == 0x7d && i + 1 < s.length && s.charCodeAt(i + 1) == 0x7d) return i;
  }
  return -1;
}

function isIdentifier(s: string): bool {
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    const isLetter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    if (!isLetter && c != 0x5f && (i == 0 || c < 0x30 || c > 0x39)) return false;
  }
  return s.length > 0;
}

function parseAction(action: string): TopicPart | null {
  const FIELD = '.Metadata.';
  if (action.startsWith(FIELD) && isIdentifier(action.substring(FIELD.length)))
    return new TopicPart(action.substring(FIELD.length), true, false);
  let end = 0;
  while (end < action.length && isIdentifier(action.substring(end, end + 1))) end++;
  const word = action.substring(0, end);
  if (word == 'index') {
    const argument = action.substring(end).trim();
    const FIRST = '.Metadata';
    if (argument.startsWith(FIRST)) {
      const key = unquote(argument.substring(FIRST.length).trim());
      if (key !== null) return new TopicPart(key, true, true);
    }
  } else if (word.length != 0) {
    refuseTemplate('function "' + word + '" not defined' + SUPPORTED);
    return null;
  }
  refuseTemplate('{{ ' + action + ' }} is not supported' + SUPPORTED);
  return null;
}

/** A Go string literal: "..." with \" and \\, or `...`; null if it is none. */
function unquote(s: string): string | null {
  const last = s.length - 1;
  if (last < 1 || s.charCodeAt(0) != s.charCodeAt(last)) return null;
  const quote = s.charCodeAt(0);
  if (quote != 0x22 && quote != 0x60) return null;
  let out = '';
  for (let i = 1; i < last; i++) {
    const c = s.charAt(i);
    if (s.charCodeAt(i) == quote) return null;
    if (c != '\\' || quote == 0x60) {
      out += c;
      continue;
    }
    const escaped = ++i < last ? s.charAt(i) : '';
    if (escaped != '"' && escaped != '\\') return null;
    out += escaped;
  }
  return out;
}
