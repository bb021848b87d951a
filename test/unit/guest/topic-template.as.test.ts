import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import { MetadataLookup, TopicTemplate, parseTopic } from '../../../assembly/template/topic-template';

class Metadata extends MetadataLookup {
  values: Map<string, string> = new Map();

  get(key: string): string | null {
    return this.values.has(key) ? this.values.get(key) : null;
  }
}
/** The topic of a record with the metadata a=1, b=2 and empty=; `null` is "(none)". */
function topicOf(template: string): string {
  const metadata = new Metadata();
  metadata.values.set('a', '1');
  metadata.values.set('b', '2');
  metadata.values.set('empty', '');
  const parsed: TopicTemplate | null = parseTopic(template);
  if (parsed === null) return '(refused)';
  const topic = parsed.render(metadata);
  return topic === null ? '(none)' : topic;
}

describe('topic template', () => {
  test('a static topic is the same for every record', () => {
    expect(topicOf('orders.v1')).toBe('orders.v1');
    expect(parseTopic('orders.v1')!.isStatic).toBe(true);
    expect(parseTopic('{{ .Metadata.a }}')!.isStatic).toBe(false);
  });
  test('both forms stand for the metadata', () => {
    expect(topicOf('{{ .Metadata.a }}')).toBe('1');
    expect(topicOf('{{ index .Metadata "b" }}')).toBe('2');
    expect(topicOf('x-{{.Metadata.a}}-{{index .Metadata "b"}}.y')).toBe('x-1-2.y');
  });
  test('a missing key is empty text with index, as in Go', () => {
    expect(topicOf('x{{ index .Metadata "none" }}')).toBe('x');
  });
  test('a missing key gives no topic with the short form, where Go writes <no value>', () => {
    expect(topicOf('x{{ .Metadata.none }}')).toBe('(none)');
  });
  test('an empty result is no topic', () => {
    expect(topicOf('{{ index .Metadata "none" }}')).toBe('(none)');
    expect(topicOf('{{ .Metadata.empty }}')).toBe('(none)');
  });
  test('what is no template is refused', () => {
    expect(topicOf('{{ foo }}')).toBe('(refused)');
    expect(topicOf('')).toBe('(refused)');
  });
});
