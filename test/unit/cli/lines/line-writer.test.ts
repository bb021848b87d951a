import { expect, test } from 'vitest';
import { LineWriter } from '../../../../host/cli/lines/line-writer.ts';
import { FakeDestination } from '../fake-connectors.ts';

/** A record with nothing but a position, which is what the fake destination reads. */
const record = (position: string): Uint8Array => Buffer.from([0x0a, position.length, ...Buffer.from(position)]);

test.each([
  [{}, [7]],
  [{ gathering: { maxRecords: 3, maxDelayMs: 3_600_000 } }, [3, 3, 1]],
  [{ maxWriteRecords: 2 }, [2, 2, 2, 1]],
])('lines are written as the destination collects them: %j', async (collecting, writes) => {
  const destination = new FakeDestination();
  destination.collecting = collecting;
  const written: number[] = [];
  const writer = new LineWriter(destination, { written: (count) => written.push(count), failed: () => {} });
  for (let line = 1; line <= 7; line++) await writer.add(record(`p${line}`), line);
  await writer.settled();
  expect(destination.writes).toEqual(writes);
  expect(written).toEqual(writes);
});
