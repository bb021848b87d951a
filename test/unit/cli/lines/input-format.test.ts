import { describe, expect, it } from 'vitest';
import { lineEncoder, type InputFormat } from '../../../../host/cli/lines/input-format.ts';
import { encodeRecord } from '../../../../host/conduit/json-record.ts';

const encode = (format: InputFormat, line: string, separator = '\t'): Uint8Array => lineEncoder({ format, separator })(line);
const plain = (value: string, key: string | null = null): Uint8Array =>
  encodeRecord({
    position: new Uint8Array(0),
    operation: 'create',
    metadata: {},
    key: key === null ? null : Buffer.from(key),
    payload: { before: null, after: Buffer.from(value) },
  });
const refused = (message: string | RegExp): unknown =>
  expect.objectContaining({
    code: 'input.invalid',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  });

describe('a line of text', () => {
  it('is the value, byte for byte, without the return of Windows', () => {
    expect(encode('text', ' ü {"a":1}\t')).toEqual(plain(' ü {"a":1}\t'));
    expect(encode('text', 'word\r')).toEqual(plain('word'));
  });
});

describe('a line of key and value', () => {
  it('is cut at its first separator', () => {
    expect(encode('key-value', 'k\tv\tw')).toEqual(plain('v\tw', 'k'));
    expect(encode('key-value', 'k: v: w\r', ': ')).toEqual(plain('v: w', 'k'));
  });

  it('may have an empty key and an empty value', () => {
    expect(encode('key-value', ':v', ':')).toEqual(plain('v', ''));
    expect(encode('key-value', 'k:', ':')).toEqual(plain('', 'k'));
  });

  it('is refused without a separator, and not quoted', () => {
    expect(() => encode('key-value', 'hunter2')).toThrow(refused('it has no tab: expected key, separator, value (--separator)'));
    expect(() => encode('key-value', 'hunter2', ': ')).toThrow(refused('it has no ": ": expected key, separator, value (--separator)'));
  });
});

describe('a line of JSON', () => {
  it.each(['{"b":1, "a":9007199254740993}', '[1,2]', '"text"', '7', 'null', ' true '])('is the value as it is written: %s', (line) => {
    expect(encode('json', line)).toEqual(plain(line));
    expect(encode('json', `${line}\r`)).toEqual(plain(line));
  });

  it('is refused if it is no JSON, with the column', () => {
    expect(() => encode('json', '{"a":hunter2}')).toThrow(refused('column 6: unexpected "h"'));
    expect(() => encode('json', '{"a":')).toThrow(refused(/end of JSON input/));
  });
});

describe('an OpenCDC line', () => {
  it.each(['hello', '{"id":1}', '{"operation":"create","payload":{"after":"a word"}}'])('that is none names --input: %s', (line) => {
    expect(() => encode('opencdc', line)).toThrow(refused(/; for other lines use --input text, key-value or json$/));
  });
});
