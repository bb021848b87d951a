import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { codecFor, codecOf } from '../../../../host/kafka/records/codecs.ts';
import { openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { decode } from '../sections.ts';

const MAX = 1 << 24;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Record batches as the two clients wrote them into a topic, captured once: 400 records with null keys, null values and two headers. */
const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}.bin`, import.meta.url));

describe.each(['java', 'rdkafka'])('batches that %s wrote', (client) => {
  test.each(['none', ...CODECS])('are read: %s', (codec) => {
    const batches = readBatches(fixture(`${client}-${codec}`));
    const records = batches.flatMap((batch) => decode(openBatch(batch, MAX)));
    expect(records).toHaveLength(400);
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 400 }, (_, i) => i));
    records.forEach((record, i) => {
      expect(record.key).toBe(i % 7 === 0 ? null : `key-${i % 13}`);
      expect(record.value === null ? null : (JSON.parse(record.value) as { order: number }).order).toBe(i % 11 === 0 ? null : i);
      expect(record.headers[0]).toEqual(['h1', `a${i}`]);
      expect(record.headers[1]).toEqual(['h2', client === 'java' ? '' : null]);
    });
  });
});

test('Java frames snappy in several blocks, librdkafka in none', () => {
  const section = (name: string): Buffer => readBatches(fixture(name))[0]!.bytes.subarray(61);
  expect(section('java-snappy').subarray(1, 7).toString()).toBe('SNAPPY');
  expect(section('rdkafka-snappy').subarray(1, 7).toString()).not.toBe('SNAPPY');
});

describe.each(CODECS)('%s', (name) => {
  const codec = codecFor(name)!;
  const data = Buffer.from(Array.from({ length: 5000 }, (_, i) => `record number ${i % 97};`).join(''));

  test('writes what it reads', () => {
    const compressed = codec.compress(data);
    expect(compressed.length).toBeLessThan(data.length);
    expect(Buffer.from(codec.decompress(compressed, MAX)).equals(data)).toBe(true);
    expect(codecOf(codec.id)).toBe(codec);
  });

  test('never gives more than it may', () => {
    const bomb = codec.compress(Buffer.alloc(4 << 20));
    expect(bomb.length).toBeLessThan(1 << 18);
    expect(() => codec.decompress(bomb, 1 << 20)).toThrow();
    expect(codec.decompress(bomb, 1 << 23)).toHaveLength(4 << 20);
  });

  test('refuses damaged input, and reads on', () => {
    const good = codec.compress(data);
    for (const bad of [Buffer.alloc(0), Buffer.from('nothing that any of them would write'), good.subarray(0, good.length >> 1)]) {
      expect(() => codec.decompress(bad, MAX)).toThrow(/^(?!unreachable)/);
    }
    expect(codec.decompress(good, MAX)).toHaveLength(data.length);
  });
});

test('gzip members and snappy frames made of many blocks are one section', () => {
  const halves = [Buffer.from('first half, '), Buffer.from('second half')];
  expect(Buffer.from(codecFor('gzip')!.decompress(Buffer.concat(halves.map((half) => zlib.gzipSync(half))), MAX)).toString()).toBe(
    'first half, second half',
  );
  const snappy = codecFor('snappy')!;
  const blocks = halves.map((half) => {
    const block = snappy.compress(half);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return Buffer.concat([length, block]);
  });
  const frame = Buffer.concat([Buffer.from([0x82]), Buffer.from('SNAPPY\0'), Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), ...blocks]);
  expect(Buffer.from(snappy.decompress(frame, MAX)).toString()).toBe('first half, second half');
  expect(() => snappy.decompress(frame, 15)).toThrow('at most');
  expect(() => snappy.decompress(frame.subarray(0, -3), MAX)).toThrow('truncated');
});

test('a compression that Kafka does not know is named', () => {
  expect(() => codecOf(7)).toThrow('expected a compression of gzip, snappy, lz4 or zstd, got number 7');
  expect(codecFor('none')).toBeNull();
});
