import { describe, expect, test } from 'vitest';
import { formatFrom, type Format } from '../../../../host/cli/format/format.ts';
import { printedRecords } from '../../../../host/cli/format/printed-record.ts';
import { shown } from '../../../../host/cli/format/shown.ts';
import { encodeRecords, type Data, type OpenCdcRecord } from '../../../../host/conduit/record.ts';

const NOT_UTF8 = Uint8Array.of(0, 0xff, 0x61, 0x22);
const bytes = (data: string | Uint8Array | null | object): Data => (typeof data === 'string' ? Buffer.from(data) : (data as Data));
const record = (
  key: string | Uint8Array | null,
  value: string | Uint8Array | null | object,
  more: Partial<OpenCdcRecord> = {},
): OpenCdcRecord => ({
  position: Buffer.from('{"GroupID":"g","Topic":"orders","Partition":3,"Offset":9007199254740993}'),
  operation: 'create',
  metadata: {
    'opencdc.collection': 'orders',
    'opencdc.createdAt': '1795387853481000000',
    'kafka.header.shop': 'web',
    'opencdc.readAt': '1',
  },
  key: bytes(key),
  payload: { before: null, after: bytes(value) },
  ...more,
});
function printed(format: string, ...records: OpenCdcRecord[]): string {
  const parts = printedRecords(encodeRecords(records)).map((one) => Buffer.from((formatFrom(format) as Format)(one)));
  return Buffer.concat(parts).toString('latin1');
}
const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString();

test('json is the form of the component', () => {
  expect(formatFrom('json')).toBe('json');
});

describe('text', () => {
  test('is one line with tabs: topic, partition, offset, time, key, value, headers', () => {
    expect(printed('text', record('order-1', '{"id": 1}'))).toBe(
      'orders\t3\t9007199254740993\t2026-11-22T22:50:53.481Z\torder-1\t{"id": 1}\tshop=web\n',
    );
  });

  test('has no headers where there are none, and dashes for what a record has not', () => {
    expect(printed('text', record(null, 'v', { position: Buffer.from('x'), metadata: {} }))).toBe('-\t-\t-\t-\tnull\tv\n');
  });

  test('keeps a record with line breaks, tabs and escape sequences on its line', () => {
    const line = printed('text', record('a\tb', 'x\n\u001b[31my\u009b'));
    expect(line.split('\n')).toHaveLength(2);
    expect(line.split('\t').slice(4, 6)).toEqual(['"a\\tb"', '"x\\n\\u001b[31my\\u009b"']);
  });

  test('shows no two different values alike', () => {
    const values: (string | Uint8Array | null)[] = [
      null,
      'null',
      '',
      '""',
      '"a"',
      'a',
      NOT_UTF8,
      'b"\\x00\\xffa\\x22"',
      '\\',
      '"\\\\"',
      'a\n',
      'a\\n',
      '\ufeffa',
      '\ufffd',
      Uint8Array.of(0xff),
    ];
    const texts = values.map((value) => shown(bytes(value)));
    expect(new Set(texts).size).toBe(values.length);
    expect(texts.slice(0, 7)).toEqual(['null', '"null"', '""', '"\\"\\""', '"\\"a\\""', 'a', 'b"\\x00\\xffa\\x22"']);
  });
});

describe('decoded', () => {
  test('is JSON with numbers, and with key and value as text or JSON', () => {
    expect(printed('decoded', record('order-1', '{"id":\n 1}'))).toBe(
      '{"topic":"orders","partition":3,"offset":9007199254740993,"timestamp":"2026-11-22T22:50:53.481Z","key":"order-1","value":{"id":  1},"headers":{"shop":"web"}}\n',
    );
  });

  test.each<[string, string | Uint8Array | null | object, object]>([
    ['no data', null, { value: null }],
    ['an empty value', '', { value: '' }],
    ['the text null', 'null', { value: 'null' }],
    ['a number', '12', { value: '12' }],
    ['text that is nearly JSON', '{"a":}', { value: '{"a":}' }],
    ['a JSON array', ' [1,{"a":"\\n"}]\n', { value: [1, { a: '\n' }] }],
    ['bytes that are not UTF-8', NOT_UTF8, { valueBase64: Buffer.from(NOT_UTF8).toString('base64') }],
    ['structured data', { id: 1 }, { value: { id: 1 } }],
  ])('shows %s', (_what, value, expected) => {
    const line = utf8(printed('decoded', record(null, value)));
    expect(line.trimEnd()).not.toContain('\n');
    const { key, value: shownValue, valueBase64 } = JSON.parse(line) as Record<string, unknown>;
    expect(key).toBeNull();
    expect({ ...(shownValue !== undefined && { value: shownValue }), ...(valueBase64 !== undefined && { valueBase64 }) }).toEqual(expected);
  });

  test('keeps all digits of a number', () => {
    expect(printed('decoded', record(null, '{"id":9007199254740993,"x":1.10}'))).toContain('"value":{"id":9007199254740993,"x":1.10}');
  });
});

describe('a template', () => {
  test.each<[string, string]>([
    ['%t %p %o %k %v\\n', 'orders 3 9007199254740993 order-1 {"id":1}\n'],
    ['%T|%d', '1795387853481|2026-11-22T22:50:53.481Z'],
    ['%K %S %h', '7 8 shop=web'],
    ['100%% %s\\t\\x41\\\\\\0', '100% {"id":1}\tA\\\0'],
    ['ä%k{hex}.%v{base64}.%k{raw}', 'ä6f726465722d31.eyJpZCI6MX0=.order-1'],
  ])('%j', (template, expected) => {
    expect(utf8(printed(template, record('order-1', '{"id":1}')))).toBe(expected);
  });

  test('has nothing for null, -1 for its length, and text as it is', () => {
    expect(printed('[%k] %K %S [%v]', record(null, 'a\nb'))).toBe('[] -1 3 [a\nb]');
  });

  test('shows bytes that are not UTF-8 apart from text, or as they are with {raw}', () => {
    expect(printed('%v', record(null, NOT_UTF8))).toBe('b"\\x00\\xffa\\x22"');
    expect(printed('%v', record(null, 'b"x"'))).toBe('b"b\\x22x\\x22"');
    expect(printed('%v{raw}', record(null, NOT_UTF8))).toBe('\0\u00ffa"');
  });

  test.each([
    ['%q', '"%q"'],
    ['%t{hex}', '"%t{hex}"'],
    ['%v{utf16}', '"%v{utf16}"'],
    ['%v %', '"%"'],
    ['%v\\q', '"\\q"'],
    ['%v\\', '"\\"'],
  ])('%j is refused', (template, part) => {
    expect(() => formatFrom(template)).toThrow(`the template of --format has ${part}, expected`.split(', expected')[0]);
  });
});

test('a word that is no format is refused with the formats', () => {
  expect(() => formatFrom('yaml')).toThrow(/^expected json, decoded, text, or a template such as/);
});

describe('headers', () => {
  const HEADERS = {
    'kafka.headerRepeated.10.headerNull.trace': '',
    'kafka.headerRepeated.09.header.trace': 'first',
    'kafka.header.trace': 'last',
    'kafka.headerBase64.id': '/wA=',
    'kafka.headerNameBase64./w==': 'YSxi',
    'kafka.headerNullNameBase64./g==': '',
    'kafka.headerNull.none': '',
    'kafka.header.a=b': 'c=d',
    'kafka.header.list': '1,b=2',
    'kafka.header.\u00ff': 'text',
    'kafka.key': 'no header',
  };
  const line = (format: string) => printed(format, record('k', 'v', { metadata: HEADERS }));
  const FIELDS = [
    'trace=first',
    'trace=null',
    'trace=last',
    'id=b"\\xff\\x00"',
    'b"\\xff"="a,b"',
    'b"\\xfe"=null',
    'none=null',
    '"a=b"=c=d',
    'list="1,b=2"',
    '\u00ff=text',
  ];

  test('are all printed with text and %h: repeated, null and binary ones too, so that no two look the same', () => {
    expect(utf8(line('text')).trimEnd().split('\t').slice(6)).toEqual(FIELDS);
    expect(utf8(line('%h'))).toBe(FIELDS.join(','));
  });

  test('are all in decoded: a list for a repeated one, base64 for bytes', () => {
    const { headers, headersBase64 } = JSON.parse(utf8(line('decoded'))) as Record<string, unknown>;
    expect(headers).toEqual({
      trace: ['first', null, 'last'],
      id: { base64: '/wA=' },
      none: null,
      'a=b': 'c=d',
      list: '1,b=2',
      '\u00ff': 'text',
    });
    expect(headersBase64).toEqual({ '/w==': 'a,b', '/g==': null });
  });
});
