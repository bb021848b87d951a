import { expect, test } from 'vitest';
import { count, jsonNumber, table } from '../../../../host/cli/lines/table.ts';

test('columns are as wide as their widest text, numbers stand right, and no line ends with blanks', () => {
  const text = table(
    [{ name: 'NAME' }, { name: 'LAG', align: 'right' }, { name: '' }],
    [
      ['orders', '1', ''],
      ['ö', '1,000', 'a note'],
    ],
  );
  expect(text).toBe(['NAME      LAG', 'orders      1', 'ö       1,000  a note', ''].join('\n'));
});

test('a table without rows is the names of its columns', () => {
  expect(table([{ name: 'A' }, { name: 'B' }], [])).toBe('A  B\n');
});

test('a text with line breaks or escape sequences stays in its row', () => {
  expect(table([{ name: 'A' }], [['x\ny\u001b[31m\tz']])).toBe('A\nx y\\u001b[31m z\n');
});

test('counts are grouped, and a count that is not known is a dash', () => {
  expect([count(1234567n), count(0), count(null)]).toEqual(['1,234,567', '0', '-']);
});

test('a number that JavaScript cannot hold is its digits in JSON', () => {
  expect([jsonNumber(5n), jsonNumber(2n ** 53n - 1n), jsonNumber(2n ** 53n), jsonNumber(null)]).toEqual([
    5,
    2 ** 53 - 1,
    '9007199254740992',
    null,
  ]);
});
