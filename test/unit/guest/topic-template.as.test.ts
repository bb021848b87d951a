import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import * as reader from '../../../assembly/bytes/reader';
import { renderTopic, topicAt, topicSize, useTemplate } from '../../../assembly/destination/topics';
import { readRecord } from '../../../assembly/opencdc/record-reader';
import { parseTopicTemplate } from '../../../assembly/template/topic-template';

const RECORD = heap.alloc(256);

function text(at: usize, tag: u8, value: string): usize {
  store<u8>(at, tag);
  store<u8>(at, <u8>value.length, 1);
  return at + 2 + String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, at + 2);
}
function metadata(at: usize, key: string, value: string): usize {
  const end = text(text(at + 2, 0x0a, key), 0x12, value);
  store<u8>(at, 0x1a);
  store<u8>(at, <u8>(end - at - 2), 1);
  return end;
}

/** The topic of a record with the metadata a=1, b=2 and empty=; no topic is "(none)". */
function topicOf(template: string): string {
  const parsed = parseTopicTemplate(template);
  if (parsed.error != '') return '(refused)';
  useTemplate(parsed.value);
  const end = metadata(metadata(metadata(RECORD, 'a', '1'), 'b', '2'), 'empty', '');
  reader.start(RECORD, end);
  assert(readRecord(<u32>(end - RECORD)));
  return renderTopic() ? String.UTF8.decodeUnsafe(topicAt, topicSize) : '(none)';
}

describe('topic template', () => {
  test('a static topic is the same for every record', () => {
    expect(topicOf('orders.v1')).toBe('orders.v1');
    expect(parseTopicTemplate('orders.v1').value.parts.length).toBe(1);
    expect(parseTopicTemplate('orders.v1').value.parts[0].isKey).toBe(false);
    expect(parseTopicTemplate('{{ .Metadata.a }}').value.parts[0].isKey).toBe(true);
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
