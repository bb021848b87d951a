/** Batches of a few megabytes that decompress to a gibibyte. A broker takes them: its limit counts the compressed bytes. */
import { once } from 'node:events';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { inProcess } from './support/in-process.ts';
import { codecFor } from '../../host/kafka/records/codecs.ts';
import { XERIAL } from '../../host/kafka/records/uncompressed-bytes.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, plainKafka, write } from './kafka-client.ts';

const { servers } = sharedBroker();
const VALUE_BYTES = 2 ** 30;
/** The limit of a batch, and what fetching and the runtime take beside it. */
const MAX_GROWN_MB = 350;
const HARMLESS = ['harmless 0', 'harmless 1'];

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = 2n * BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
/** A valid record with a null key and a value of VALUE_BYTES zeros, of which the last is its number of headers: its fields before the value. */
const fields = Buffer.concat([Buffer.from([0, 0, 0, 1]), varint(VALUE_BYTES)]);
const head = Buffer.concat([varint(fields.length + VALUE_BYTES + 1), fields]);
const zeros = Buffer.alloc(1 << 20);

/** The record's bytes, a piece at a time. */
function* pieces(): Generator<Buffer> {
  yield head;
  for (let left = VALUE_BYTES; left > 0; left -= zeros.length) yield zeros;
  yield Buffer.alloc(1);
}

async function streamed(stream: zlib.Gzip | zlib.ZstdCompress): Promise<Buffer> {
  const out: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => out.push(chunk));
  for (const piece of pieces()) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'end');
  return Buffer.concat(out);
}

/** LZ4 frames hold independent blocks, so the block of a mebibyte of zeros comes again and again. */
function lz4Bomb(): Buffer {
  const frameOf = (data: Buffer): Buffer => Buffer.from(codecFor('lz4')!.compress(data));
  const blocksOf = (frame: Buffer): Buffer => frame.subarray(headerBytes(frame), frame.length - 4);
  const headerBytes = (frame: Buffer): number => 7 + ((frame[4]! & 0x08) !== 0 ? 8 : 0);
  const first = frameOf(zeros);
  const blocks = [...pieces()].map((piece) => (piece === zeros ? blocksOf(first) : blocksOf(frameOf(piece))));
  return Buffer.concat([first.subarray(0, headerBytes(first)), ...blocks, Buffer.alloc(4)]);
}

function snappyBomb(): Buffer {
  const framed = (data: Buffer): Buffer => {
    const block = Buffer.from(codecFor('snappy')!.compress(data));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return Buffer.concat([length, block]);
  };
  const block = framed(zeros);
  return Buffer.concat([
    XERIAL,
    Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]),
    ...[...pieces()].map((piece) => (piece === zeros ? block : framed(piece))),
  ]);
}

const BOMBS = [
  ['gzip', kafkajs.CompressionTypes.GZIP, () => streamed(zlib.createGzip({ level: 1 }))],
  ['snappy', kafkajs.CompressionTypes.Snappy, snappyBomb],
  ['lz4', kafkajs.CompressionTypes.LZ4, lz4Bomb],
  ['zstd', kafkajs.CompressionTypes.ZSTD, () => streamed(zlib.createZstdCompress())],
] as const;

/** Writes one record, whose batch has these bytes as its compressed section. */
async function writeSection(topic: string, compression: number, bytes: Buffer): Promise<void> {
  const usual = kafkajs.CompressionCodecs[compression as 1];
  kafkajs.CompressionCodecs[compression as 1] = () => ({ compress: async () => bytes, decompress: async (data: Buffer) => data });
  const producer = plainKafka(servers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    await producer.send({ topic, compression, timeout: 60_000, messages: [{ value: 'replaced', partition: 0 }] });
  } finally {
    await producer.disconnect();
    kafkajs.CompressionCodecs[compression as 1] = usual;
  }
}

describe.each(BOMBS)('a batch of 1 GiB in %s', (_name, compression, bomb) => {
  test('ends its partition with an error that names offset and limit, in bounded memory; what came before it is read', async () => {
    const topic = uniqueName('bomb');
    await createTopic(servers, topic, 2, { 'max.message.bytes': String(200 << 20) });
    await write(servers, topic, ['before'], 0);
    await write(servers, topic, HARMLESS, 1);
    await writeSection(topic, compression, await bomb());
    const outcome = await inProcess<{ values: string[]; code: string; message: string; grownMb: number }>(
      'decompression-bomb.ts',
      [servers, topic, String(HARMLESS.length + 1)],
      60_000,
    );
    expect(outcome.values.toSorted()).toEqual(['0: before', ...HARMLESS.map((value) => `1: ${value}`)]);
    expect(outcome).toMatchObject({
      code: 'kafka.corrupt',
      message: expect.stringMatching(
        new RegExp(`partition ${topic}/0: record batch at offset 1 .*expected at most 134217728 bytes uncompressed`),
      ),
    });
    expect(outcome.grownMb).toBeLessThan(MAX_GROWN_MB);
  }, 180_000);
});
