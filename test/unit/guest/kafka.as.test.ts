// Record sets, positions and the acknowledgements of one partition.
import { describe, expect, test } from 'vitest-pool-assemblyscript/assembly';
import { parsePosition } from '../../../assembly/opencdc/position-reader';
import { PositionPrefix } from '../../../assembly/opencdc/position-writer';
import * as record from '../../../assembly/kafka/record-set-reader';
import { recordSize, valueStart, writeRecord } from '../../../assembly/kafka/record-set-writer';
import { acknowledge, delivered, pending, resetTracker } from '../../../assembly/source/ack-tracker';
import { Partition } from '../../../assembly/source/partition';

const A = heap.alloc(65536);
const KEY = heap.alloc(16);

/** Writes a record without headers whose value is `size` times the byte `index`. */
function append(at: usize, index: u32, keySize: i32, size: i32): usize {
  const value = valueStart(at, index, keySize);
  if (size > 0) memory.fill(value, <u8>index, size);
  const end = writeRecord(at, index, KEY, keySize, value, size, 1);
  store<u8>(end, 0);
  assert(<u32>(end + 1 - at) == recordSize(index, keySize, size, 1));
  return end + 1;
}

describe('a record set', () => {
  test('has every value in place, whatever the sizes before it were', () => {
    const sizes: i32[] = [0, 1, -1, 62, 63, 64, 65, 300, 8191, 8192, 5, -1, 9000, 0, 127, 128];
    memory.fill(KEY, 0x6b, 16);
    let at = A;
    for (let i = 0; i < sizes.length; i++) at = append(at, i, (i % 5) - 1, sizes[i]);
    record.openRecordSet(A, at - A, 1000, 5000, false);
    for (let i = 0; i < sizes.length; i++) {
      expect(record.nextRecord()).toBe(true);
      expect(record.offset).toBe(1000 + i);
      expect(record.timestamp).toBe(5000);
      expect(record.keySize).toBe((i % 5) - 1);
      expect(record.valueSize).toBe(sizes[i]);
      for (let b = 0; b < sizes[i]; b++) assert(load<u8>(record.valueAt + b) == <u8>i);
    }
    expect(record.position() == at).toBe(true);
    expect(record.nextRecord()).toBe(false);
  });
  test('is refused where a record is longer or shorter than its fields', () => {
    const end = append(A, 0, 2, 3);
    for (let change: i32 = -2; change <= 2; change += 2) {
      const length = load<u8>(A);
      store<u8>(A, <u8>(<i32>length + change));
      record.openRecordSet(A, end - A + 8, 0, 0, false);
      expect(record.nextRecord()).toBe(change == 0);
      store<u8>(A, length);
    }
  });
});

function parsed(text: string): string {
  const bytes = String.UTF8.encode(text);
  const result = parsePosition(changetype<usize>(bytes), bytes.byteLength);
  const p = result.value;
  if (result.error != '') return 'error';
  return p === null ? 'none' : p.group + '/' + p.topic + '/' + p.partition.toString() + '/' + p.offset.toString();
}

describe('a position', () => {
  test('is read in all three forms that were ever written', () => {
    expect(parsed('{"GroupID":"g","Topic":"t","Partition":3,"Offset":42}')).toBe('g/t/3/42');
    expect(parsed('{"groupID":"g","topic":"t","partition":3,"offset":42}')).toBe('g/t/3/42');
    expect(parsed('b5d7d3a0-6a5c-4b8e-9f0e-2f6f3d1c7a11')).toBe('b5d7d3a0-6a5c-4b8e-9f0e-2f6f3d1c7a11//0/-1');
  });
  test('may be none', () => {
    expect(parsed('')).toBe('none');
    expect(parsed('null')).toBe('none');
  });
  test('is never junk', () => {
    expect(parsed('{"GroupID":"g"')).toBe('error');
    expect(parsed('hi mom')).toBe('error');
    expect(parsed('[]')).toBe('error');
  });
  test('is written as v0.12.5 writes it', () => {
    const prefix = new PositionPrefix('a"<', 't', 7);
    expect(String.UTF8.decodeUnsafe(prefix.at, prefix.size) + '5}').toBe('{"GroupID":"a\\"\\u003c","Topic":"t","Partition":7,"Offset":5}');
  });
});

describe('acknowledgements', () => {
  test('advance what is due to the end of the acknowledged prefix only', () => {
    resetTracker();
    const p = new Partition('g', 't', 0);
    delivered(p, 1, 0, 4);
    delivered(p, 1, 5, 9);
    expect(p.first === p.last).toBe(true);
    expect(acknowledge(p, 1)).toBe(true);
    expect(acknowledge(p, 2)).toBe(true);
    expect(p.due).toBe(-1);
    expect(acknowledge(p, 0)).toBe(true);
    expect(p.due).toBe(3);
    expect(pending).toBe(3);
    expect(acknowledge(p, 0)).toBe(false);
    expect(acknowledge(p, 10)).toBe(false);
    for (let o = 9; o > 2; o--) expect(acknowledge(p, o)).toBe(true);
    expect(p.due).toBe(10);
    expect(p.first === null && p.last === null).toBe(true);
  });
  test('of an older epoch count for nothing, also of the same offsets', () => {
    resetTracker();
    const p = new Partition('g', 't', 0);
    delivered(p, 1, 5, 6);
    delivered(p, 3, 5, 6);
    expect(p.epoch).toBe(3);
    acknowledge(p, 5);
    acknowledge(p, 6);
    expect(p.due).toBe(-1);
    acknowledge(p, 5);
    expect(p.due).toBe(6);
  });
});
