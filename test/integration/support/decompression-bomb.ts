/**
 * A process that reads a topic with a batch in its partition 0 that decompresses to far more than it may, and prints as JSON what came of it.
 * Usage: node --expose-gc decompression-bomb.ts SERVERS TOPIC HARMLESS_RECORDS
 */
import { openConsumer } from '../../../host/kafka/consume/consumer.ts';
import { ConnectorError } from '../../../host/base/errors.ts';
import { connectionTo } from '../../support/connection.ts';
import { factoryOf, flatten } from '../kafka-client.ts';

const [servers = '', topic = '', harmless] = process.argv.slice(2);
const consumer = await openConsumer(factoryOf({ connection: connectionTo(servers, { clientId: 'bomb' }), lines: [] }), {
  topics: [topic],
  group: topic,
  fromBeginning: true,
  resume: [],
});

const rssMb = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);
globalThis.gc?.();
const before = rssMb();
let peak = before;
const watch = setInterval(() => (peak = Math.max(peak, rssMb())), 5);
const values: string[] = [];
let failure: ConnectorError | null = null;
while (failure === null || values.length < Number(harmless)) {
  try {
    const fetched = await consumer.poll(1_000, 4 << 20, 1_000);
    values.push(...flatten(fetched).map(({ partition, value }) => `${partition}: ${value}`));
  } catch (error) {
    if (failure !== null) break;
    failure = ConnectorError.from(error);
  }
}
clearInterval(watch);
await consumer.close();
const outcome = { values, code: failure?.code ?? null, message: failure?.message ?? null, grownMb: peak - before };
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
