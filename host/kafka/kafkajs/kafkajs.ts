/** The only importer of kafkajs: the replacements must be in place before any other of its modules is loaded. */
import './raw-records.ts';
import kafkajs from 'kafkajs';
import { codecFor } from '../records/codecs.ts';
import type { Compression } from '../../runtime/contract.ts';

export type {
  Admin,
  Consumer,
  EachBatchPayload,
  ISocketFactory,
  Kafka,
  KafkaConfig,
  KafkaMessage,
  logLevel,
  Message,
  Producer,
  RecordMetadata,
} from 'kafkajs';

/** What a compressed batch may grow to. Brokers take 1 MiB compressed by default; a thousandfold is an attack or a mistake. */
export const MAX_UNCOMPRESSED_BYTES = 128 * 1024 * 1024;

/** As in a batch's attributes, and kafkajs' `CompressionTypes`. */
export const COMPRESSION_IDS: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };

// The stock records path takes its codecs from kafkajs' table; its gzip is replaced too, because it has no bound.
for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  const codec = codecFor(compression)!;
  kafkajs.CompressionCodecs[COMPRESSION_IDS[compression] as keyof typeof kafkajs.CompressionCodecs] = () => ({
    compress: async (encoder: { buffer: Buffer }) => Buffer.from(codec.compress(encoder.buffer)),
    decompress: async (data: Buffer) => Buffer.from(codec.decompress(data, MAX_UNCOMPRESSED_BYTES)),
  });
}

export default kafkajs;
