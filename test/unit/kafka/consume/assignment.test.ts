import { expect, test } from 'vitest';
import { Assignment, type LogRange } from '../../../../host/kafka/consume/assignment.ts';

type Line = Readonly<Record<string, string>>;

function subject(range: LogRange | null): { assignment: Assignment; lines: Line[] } {
  const lines: Line[] = [];
  const assignment = new Assignment(
    1,
    (level, message, fields) => lines.push({ level, message, ...fields }),
    () => true,
    async () => range,
  );
  return { assignment, lines };
}
const RANGE = { earliest: '3', end: '7' };
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

test('the offset that was out of range is told even if kafkajs has replaced it in the group before it was looked up', async () => {
  const { assignment, lines } = subject(RANGE);
  assignment.fetchedOffsets([{ topic: 't', partitions: [{ partition: 2, offset: '1000' }] }]);
  assignment.outOfRange('t', 2);
  assignment.fetchedOffsets([{ topic: 't', partitions: [{ partition: 2, offset: '-2' }] }]);
  assignment.begin([{ topic: 't', partition: 2, committed: -2n, start: null }]);
  await assignment.partition('t', 2)!.told;
  expect(lines).toMatchObject([{ expectedOffset: '1000' }]);
  // So that the handler notices where the partition goes on.
  expect(assignment.partition('t', 2)).toMatchObject({ expected: 1000n, committed: -1n });
});
