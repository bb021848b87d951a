import { expect, test } from 'vitest';
import { parseDurationMs } from '../../../host/sdk/duration.ts';

test.each([
  ['0', 0],
  ['+0', 0],
  ['300ms', 300],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['.5s', 500],
  ['2.s', 2000],
  ['100us', 0.1],
  ['100\u00b5s', 0.1],
  ['1000000ns', 1],
  ['-2s', -2000],
])('%s is read as Go reads it', (text, ms) => {
  expect(parseDurationMs('setting', text)).toBeCloseTo(ms, 9);
});

test.each(['', '5', '1d', 's', '1s ', '1,5s', 'one', '--1s'])('"%s" is refused with the name of the setting', (text) => {
  expect(() => parseDurationMs('sdk.batch.delay', text)).toThrow(
    `"sdk.batch.delay": expected a duration such as "100ms" or "1m30s", got "${text}"`,
  );
});
