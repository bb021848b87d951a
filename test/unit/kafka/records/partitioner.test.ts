import { expect, test } from 'vitest';
import type { Partitioner } from '../../../../host/kafka/contract.ts';
import { divide } from '../../../../host/kafka/records/outgoing-batch.ts';
import { RecordPartitioner } from '../../../../host/kafka/records/partitioner.ts';
import { section, type TestRecord } from '../sections.ts';

const PARTITIONS = 4;
const LARGE = 1 << 20;

/** The partitions of the records of several sends, by their numbers. */
function partitions(partitioner: Partitioner, sends: TestRecord[][], topic = 't'): number[][] {
  const subject = new RecordPartitioner(partitioner);
  return sends.map((records) => {
    const { batches } = divide(section(records), 0, subject.next()(topic, PARTITIONS), LARGE);
    const found: number[] = [];
    for (const { partition, indexes } of batches) for (const index of indexes) found[index] = partition;
    return found;
  });
}
const keyed = (...keys: (string | null)[]): TestRecord[] => keys.map((key) => ({ key, value: 'v' }));
const distinct = (numbers: readonly number[]): number => new Set(numbers).size;

test('round-robin goes on from one send to the next, for each topic alone', () => {
  const [first, second] = partitions('round-robin', [keyed('a', 'a', 'a'), keyed('a', null)]);
  const all = [...first!, ...second!];
  expect(all).toEqual(all.map((_, i) => (all[0]! + i) % PARTITIONS));
});

test('sticky puts the records of a send into one partition, and those of the next send into the next', () => {
  const [first, second] = partitions('sticky', [keyed('a', 'b', null), keyed('c', 'd')]);
  expect([distinct(first!), distinct(second!)]).toEqual([1, 1]);
  expect(second![0]).toBe((first![0]! + 1) % PARTITIONS);
});

test('crc32 gives one key one partition, and null and empty keys go to that of the send', () => {
  const [first, second] = partitions('crc32', [keyed('123456789', null, ''), keyed('123456789', null, '')]);
  // The check value of CRC-32 is 0xcbf43926.
  expect([first![0], second![0]]).toEqual([0xcbf43926 % PARTITIONS, 0xcbf43926 % PARTITIONS]);
  expect([first![2], second![2]]).toEqual([first![1], second![1]]);
  expect(second![1]).toBe((first![1]! + 1) % PARTITIONS);
});

test('murmur2 is the choice of the Java client', () => {
  const [first] = partitions('murmur2', [keyed('21', 'foobar', null, null)]);
  // From the tests of Apache Kafka: murmur2("21") = -973932308, murmur2("foobar") = -790332482.
  expect(first!.slice(0, 2)).toEqual([(-973932308 & 0x7fffffff) % PARTITIONS, (-790332482 & 0x7fffffff) % PARTITIONS]);
  expect(first![2]).toBe(first![3]);
});
