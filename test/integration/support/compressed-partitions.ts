/**
 * A process that reads a topic of many partitions for a guest that does not poll at first, and prints as JSON the most memory that it held.
 * Usage: node --expose-gc compressed-partitions.ts SERVERS TOPIC BUDGET_MB TOTAL_MB
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ByteBudget } from '../../../host/kafka/consume/byte-budget.ts';
import { openConsumer } from '../../../host/kafka/consume/consumer.ts';
import { factoryOf } from '../kafka-client.ts';
import { connectionTo } from '../../support/connection.ts';

const NOT_POLLED_MS = 4_000;
const [servers = '', topic = '', budgetMb, totalMb] = process.argv.slice(2);
const budget = new ByteBudget(Number(budgetMb) * 2 ** 20);
const factory = factoryOf({ connection: connectionTo(servers, { clientId: 'compressed' }), lines: [] });
const consumer = await openConsumer(
  factory,
  { topics: [topic], group: `${topic}-${budgetMb}`, fromBeginning: true, resume: [] },
  { decompressed: budget },
);

let peakUsed = 0;
let peakExternal = 0;
const sample = (): void => {
  peakUsed = Math.max(peakUsed, budget.usedBytes);
  globalThis.gc?.();
  peakExternal = Math.max(peakExternal, process.memoryUsage().external);
};
const watch = setInterval(sample, 50);
await delay(NOT_POLLED_MS);
let bytes = 0;
while (bytes < Number(totalMb) * 2 ** 20) {
  const fetched = await consumer.poll(1_000, 4 << 20, 1_000);
  for (const { records } of fetched) bytes += records.records.length;
  await delay(1); // what a guest makes of them takes longer
}
sample();
clearInterval(watch);
await consumer.close();
process.stdout.write(JSON.stringify({ bytes, peakUsedMb: peakUsed / 2 ** 20, peakExternalMb: Math.round(peakExternal / 2 ** 20) }), () =>
  process.exit(0),
);
