// The topics of a source by a regular expression: topicsRegex, topicsRefreshInterval.
import { Regex } from '../regex/regex';
import { boundedMilliseconds } from './bounds';
import { Parameter, duration, text } from './parameter';
import { Values } from './values';

const NAME = 'topicsRegex';

export function topicPatternParameters(): Parameter[] {
  return [
    text(
      NAME,
      '',
      'Topics to read, as a regular expression in the syntax of Go (RE2) that matches the whole name: orders-.* for all topics whose names begin with orders-. Instead of topics. ' +
        'New topics are found while the source runs, and read from their beginning. The connector must be allowed to read every topic that matches. The Go connector has no such setting.',
    ),
    duration(
      'topicsRefreshInterval',
      '10s',
      'Time between two looks for new topics that match topicsRegex; a new topic is read after two of them at the latest. From 1s to 1h. The Go connector has no such setting.',
    ),
  ];
}

/** A regular expression for the names of topics. */
export class TopicPattern {
  private readonly regex: Regex;

  constructor(
    source: string,
    readonly refreshMs: u32,
  ) {
    const utf8 = String.UTF8.encode(source);
    this.regex = new Regex(changetype<usize>(utf8), utf8.byteLength);
  }

  /** Empty if there is none. */
  get error(): string {
    return this.regex.error;
  }

  /** True if the whole name matches, which is UTF-8. */
  matches(at: usize, size: usize): bool {
    return this.regex.matchesWhole(at, at + size);
  }
}

/** Null: the topics are listed by name. */
export function parseTopicPattern(values: Values): TopicPattern | null {
  const refreshMs = boundedMilliseconds(values, 'topicsRefreshInterval', '1s', '1h');
  const source = values.text(NAME);
  if (source.length == 0) return null;
  if (values.text('topics').length != 0) {
    values.refuse(NAME, 'can\'t provide both "topics" and "topicsRegex" parameters, remove one of them');
    return null;
  }
  const pattern = new TopicPattern(source, refreshMs);
  if (pattern.error != '') values.refuse(NAME, 'invalid topicsRegex: ' + pattern.error);
  return pattern;
}
