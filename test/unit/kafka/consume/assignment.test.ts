import { expect, test } from 'vitest';
import type { PartitionRange } from '../../../../host/kafka/client.ts';
import { Assignment } from '../../../../host/kafka/consume/assignment.ts';

type Line = Readonly<Record<string, string>>;

function subject(range: PartitionRange | null): { assignment: Assignment; lines: Line[] } {
  const lines: Line[] = [];
  const assignment = new Assignment(
    1,
    (level, message, fields) => lines.push({ level, message, ...fields }),
    () => true,
    async () => range,
  );
  return { assignment, lines };
}
const RANGE = { partition: 2, low: 3n, high: 7n };
const OUT_OF_RANGE = 'offset out of range: the broker no longer has, or never had, the next offset';

test('an offset out of range is told of with the range of the log', async () => {
  const { assignment, lines } = subject(RANGE);
  assignment.begin([{ topic: 't', partition: 2, committed: 1000n, start: null }]);
  assignment.outOfRange('t', 2);
  await assignment.partition('t', 2)!.told;
  const facts = { topic: 't', partition: '2', expectedOffset: '1000', earliestOffset: '3', endOffset: '7' };
  expect(lines).toEqual([{ level: 'error', message: OUT_OF_RANGE, ...facts }]);
});

test('an offset out of range is told of without the range where that cannot be found out', async () => {
  const { assignment, lines } = subject(null);
  assignment.begin([{ topic: 't', partition: 2, committed: 1000n, start: null }]);
  assignment.outOfRange('t', 2);
  await assignment.partition('t', 2)!.told;
  expect(lines).toEqual([{ level: 'error', message: OUT_OF_RANGE, topic: 't', partition: '2', expectedOffset: '1000' }]);
});

test('the offset that was out of range is told even if the client has replaced it in the group before it was looked up', async () => {
  const { assignment, lines } = subject(RANGE);
  assignment.clientBegins([{ topic: 't', partition: 2, offset: 1000n }]);
  assignment.outOfRange('t', 2);
  assignment.clientBegins([{ topic: 't', partition: 2, offset: -2n }]);
  assignment.begin([{ topic: 't', partition: 2, committed: -2n, start: null }]);
  await assignment.partition('t', 2)!.told;
  expect(lines).toMatchObject([{ expectedOffset: '1000' }]);
  // So that the handler notices where the partition goes on.
  expect(assignment.partition('t', 2)).toMatchObject({ expected: 1000n, committed: -1n });
});

test('batches without records, passed over before the start offsets are known, count', () => {
  const { assignment } = subject(RANGE);
  assignment.passedOver('t', 2, 9n);
  assignment.begin([{ topic: 't', partition: 2, committed: 5n, start: null }]);
  expect(assignment.partition('t', 2)).toMatchObject({ expected: 10n });
});

test('a partition whose log holds no record has a position after a reset too', () => {
  const { assignment } = subject(RANGE);
  assignment.begin([{ topic: 't', partition: 2, committed: 1000n, start: null }]);
  assignment.outOfRange('t', 2);
  expect(assignment.positions()).toEqual(new Map([['t/2', null]]));
  assignment.passedOver('t', 2, 6n);
  expect(assignment.positions()).toEqual(new Map([['t/2', 7n]]));
  // Whether it went forwards or back is for the next records to say.
  expect(assignment.partition('t', 2)).toMatchObject({ expected: 1000n, reset: true });
});

test('a committed offset that is out of range is no error where reading starts at a good position', () => {
  const { assignment, lines } = subject(RANGE);
  assignment.outOfRange('t', 2);
  assignment.begin([{ topic: 't', partition: 2, committed: 1n, start: 5n }]);
  expect(assignment.partition('t', 2)).toMatchObject({ expected: 5n, committed: 5n, reset: false });
  expect(lines).toEqual([]);
});
