import { describe, expect, it } from 'vitest';
import { cli } from '../unit/cli/spawned.ts';
import { at, from, plain, read, topic, useAdmin } from './support/cli-topics.ts';

useAdmin();

/** Key and value of what the topic holds. */
async function pairs(name: string): Promise<(string | null)[][]> {
  const { lines } = await cli(['source', '-q', ...from(name)]);
  return read(lines).map(({ key, payload }) => [plain(key), plain(payload.after)]);
}

describe('destination --input', () => {
  it('text writes each line as a value without a key', async () => {
    const name = await topic();
    const run = await cli(['destination', '-q', '--input', 'text', ...at(name)], { input: 'erste Zeile ü\n\n {"id":1}\r\nabcd' });
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(await pairs(name)).toEqual([
      [null, 'erste Zeile ü'],
      [null, ' {"id":1}'],
      [null, 'abcd'],
    ]);
  });

  it('key-value writes key and value, and stops at a line without a separator', async () => {
    const name = await topic();
    const run = await cli(['destination', '-q', '--input', 'key-value', ...at(name)], { input: 'a\t1\n\nb\t2\t3\nhunter2\n' });
    expect(run.code).toBe(1);
    expect(run.err).toBe('input.invalid: line 4 is not a key and a value: it has no tab: expected key, separator, value (--separator)\n');
    expect(await pairs(name)).toEqual([
      ['a', '1'],
      ['b', '2\t3'],
    ]);
    const other = ['destination', '-q', '--input', 'key-value', '--separator', '=', ...at(name)];
    expect((await cli(other, { input: 'c=4' })).code).toBe(0);
    expect((await pairs(name)).at(-1)).toEqual(['c', '4']);
  });

  it('json writes the line as it is', async () => {
    const name = await topic();
    const line = '{"id": 9007199254740993,  "a": [1.0]}';
    expect(await cli(['destination', '-q', '--input', 'json', ...at(name)], { input: line })).toMatchObject({ code: 0, err: '' });
    expect(await pairs(name)).toEqual([[null, line]]);
  });

  it('lets sdk.record.format win where it is set', async () => {
    const name = await topic();
    const argv = ['destination', '-q', '--input', 'text', ...at(name), '-c', 'sdk.record.format=opencdc/json'];
    expect(await cli(argv, { input: 'one' })).toMatchObject({ code: 0, err: '' });
    const [[, value]] = (await pairs(name)) as [[null, string]];
    expect(JSON.parse(value)).toMatchObject({ operation: 'create', payload: { after: Buffer.from('one').toString('base64') } });
  });
});
