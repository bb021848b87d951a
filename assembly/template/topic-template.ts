// Parses the topic of a destination: literal text, `{{ index .Metadata "key" }}` and `{{ .Metadata.key }}`. Other Go templates are refused when
// the connector is configured. destination/topics.ts renders the parsed template.
import { MAX_TOPIC_LENGTH, hasOnlyTopicCharacters, isTopicName } from '../kafka/topic-name';

const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template';
const SUPPORTED = '; supported are {{ index .Metadata "key" }} and {{ .Metadata.key }}';

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

/** Fills in the parts. Returns the error, empty if there is none. */
function problemOf(template: TopicTemplate): string {
  const source = template.source;
  if (source.length != 0 && hasOnlyTopicCharacters(source)) {
    if (source.length > MAX_TOPIC_LENGTH) return 'topic is too long, maximum length is ' + MAX_TOPIC_LENGTH.toString();
    if (!isTopicName(source)) return NEITHER + ': "' + source + '" cannot be the name of a topic';
    template.parts.push(new TopicPart(source, false, false));
    return '';
  }
  if (!source.includes('{{') || !source.includes('}}')) return NEITHER;
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    const literal = source.substring(at, open < 0 ? source.length : open);
    if (!hasOnlyTopicCharacters(literal)) {
      // Go would go on parsing, and report an open action first.
      if (open >= 0 && source.indexOf('}}', open) < 0) return inTemplate('unclosed action');
      return inTemplate('"' + literal + '" cannot be part of the name of a topic');
    }
    if (literal.length != 0) template.parts.push(new TopicPart(literal, false, false));
    if (open < 0) break;
    const close = endOfAction(source, open + 2);
    if (close < 0) return inTemplate('unclosed action');
    const action = source.substring(open + 2, close).trim();
    const part = parseAction(action);
    if (part === null) return inTemplate(whyNoAction(action));
    template.parts.push(part);
    at = close + 2;
  }
  return '';
}

function inTemplate(problem: string): string {
  return NEITHER + ': template: topic:1: ' + problem;
}

/** Index of the `}}` that ends an action. A `}}` inside a quoted text does not end it. */
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

/** The part for an action; null if it is not supported, see `whyNoAction`. */
function parseAction(action: string): TopicPart | null {
  const FIELD = '.Metadata.';
  if (action.startsWith(FIELD) && isIdentifier(action.substring(FIELD.length)))
    return new TopicPart(action.substring(FIELD.length), true, false);
  const word = firstWord(action);
  if (word != 'index') return null;
  const argument = action.substring(word.length).trim();
  const FIRST = '.Metadata';
  if (!argument.startsWith(FIRST)) return null;
  const key = unquote(argument.substring(FIRST.length).trim());
  return key === null ? null : new TopicPart(key, true, true);
}

function whyNoAction(action: string): string {
  const word = firstWord(action);
  if (word.length != 0 && word != 'index') return 'function "' + word + '" not defined' + SUPPORTED;
  return '{{ ' + action + ' }} is not supported' + SUPPORTED;
}

function firstWord(action: string): string {
  let end = 0;
  while (end < action.length && isIdentifier(action.substring(end, end + 1))) end++;
  return action.substring(0, end);
}

/** The content of a Go string literal: "..." with \" and \\, or `...`; null if it is none. */
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
