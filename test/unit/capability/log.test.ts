import { describe, expect, test } from 'vitest';
import { boundedLog } from '../../../host/capability/log.ts';

describe('the log of a guest', () => {
  test('is bounded in lines, fields and length, and tells what was dropped', async () => {
    const lines: [string, [string, string][]][] = [];
    const { log } = boundedLog({ logLinesPerSecond: 10, logMessageLength: 20 }, (...told) =>
      lines.push(told.slice(2) as [string, [string, string][]]),
    );
    for (let i = 0; i < 100; i++)
      log(
        'info',
        `line ${i}`,
        Array.from({ length: 50 }, (_, n) => [`${n}`, 'v'.repeat(100)]),
      );
    expect(lines).toHaveLength(40);
    expect(lines[0]![1]).toHaveLength(16);
    expect(lines[0]![1][0]![1]).toBe(`${'v'.repeat(20)}… (100 characters)`);
    await new Promise((resolve) => setTimeout(resolve, 250));
    log('info', 'x'.repeat(50), []);
    expect(lines.at(-1)).toEqual([`${'x'.repeat(20)}… (50 characters)`, [['dropped-lines', '60']]]);
  });
});
