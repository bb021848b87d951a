/**
 * kafkajs as it is, for the other side of a test, with codecs for the compressions that it leaves to its user. Only the timer of its idle
 * connections is changed, because Node 24 and later warn about that on stderr.
 */
import { createRequire } from 'node:module';
import type kafkajsType from 'kafkajs';
import { codecFor } from '../../host/kafka/records/codecs.ts';
import { requestQueueThatRenewsLogins, type RequestQueueClass } from '../../host/kafka/kafkajs/request-queue.ts';

const MAX_BYTES = 128 * 1024 * 1024;
const require = createRequire(import.meta.url);
const queue = require.resolve('kafkajs/src/network/requestQueue');
const stock = require(queue) as RequestQueueClass;
require.cache[queue]!.exports = requestQueueThatRenewsLogins(stock);

const kafkajs = require('kafkajs') as typeof kafkajsType;
for (const [compression, type] of [
  ['snappy', kafkajs.CompressionTypes.Snappy],
  ['lz4', kafkajs.CompressionTypes.LZ4],
  ['zstd', kafkajs.CompressionTypes.ZSTD],
] as const) {
  const codec = codecFor(compression)!;
  kafkajs.CompressionCodecs[type] = () => ({
    compress: async (encoder: { buffer: Buffer }) => Buffer.from(codec.compress(encoder.buffer)),
    decompress: async (data: Buffer) => Buffer.from(codec.decompress(data, MAX_BYTES)),
  });
}

export default kafkajs;
