/**
 * kafkajs as it is, for the other side of a test: but for the timer of its idle connections, of which Node 24 and later warn on
 * stderr. A process that loads this cannot load the connector after it.
 */
import { createRequire } from 'node:module';
import type kafkajsType from 'kafkajs';
import type RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { requestQueueWithoutIdleTimer } from '../../host/kafka/kafkajs/request-queue.ts';

const require = createRequire(import.meta.url);
const queue = require.resolve('kafkajs/src/network/requestQueue');
const stock = require(queue) as typeof RequestQueue;
require.cache[queue]!.exports = requestQueueWithoutIdleTimer(stock);

export default require('kafkajs') as typeof kafkajsType;
