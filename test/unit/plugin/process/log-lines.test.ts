import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { formatLine, lineLog } from '../../../../host/plugin/process/log-lines.ts';
import type { LogLevel } from '../../../../host/base/log.ts';

const LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];
const MAX_BYTES = 64 * 1024;

describe('a log line', () => {
  test('is one JSON object that go-plugin parses', () => {
    expect(formatLine('warn', 'broker lost', { topic: 't', partition: '3' })).toBe(
      '{"@level":"warn","@message":"broker lost","topic":"t","partition":"3"}\n',
    );
  });

  test('has only text values: anything else panics Conduit', () => {
    const line = formatLine(
      'info',
      42 as unknown as string,
      { count: 7, nothing: null, '@message': 1, '@level': {}, '@timestamp': 5 } as unknown as Record<string, string>,
    );
    for (const value of Object.values(JSON.parse(line) as object)) expect(typeof value).toBe('string');
  });

  test('has no timestamp, and no field replaces the message or the level', () => {
    const parsed = JSON.parse(formatLine('info', 'm', { '@timestamp': 'x', '@message': 'y', '@level': 'z' })) as Record<string, string>;
    expect(parsed).toEqual({ '@level': 'info', '@message': 'm', timestamp: 'x', message: 'y', level: 'z' });
  });

  test('stays one line under 64 KiB of valid UTF-8, whatever is logged', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' });
    fc.assert(
      fc.property(
        fc.constantFrom(...LEVELS),
        text,
        fc.dictionary(fc.string({ maxLength: 50 }), text, { maxKeys: 12 }),
        (level, message, fields) => {
          const line = formatLine(level, message, fields);
          expect(Buffer.byteLength(line)).toBeLessThan(MAX_BYTES);
          expect(line.indexOf('\n')).toBe(line.length - 1);
          expect(line.isWellFormed()).toBe(true);
          const parsed = JSON.parse(line) as Record<string, unknown>;
          expect(parsed['@level']).toBe(level);
          expect(Object.values(parsed).every((value) => typeof value === 'string')).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of a huge message is cut, not dropped', () => {
    const { '@message': message } = JSON.parse(formatLine('error', '\u0000'.repeat(1_000_000))) as Record<string, string>;
    expect(message?.length).toBe(8003);
  });
});

describe('a log', () => {
  test.each([
    ['trace', 5],
    ['info', 3],
    ['error', 1],
    [null, 0],
  ] as const)('at level %s writes %i of the five levels', (level, count) => {
    const lines: string[] = [];
    const log = lineLog(level, (line) => lines.push(line));
    for (const each of LEVELS) log(each, each);
    expect(lines.length).toBe(count);
  });
});
