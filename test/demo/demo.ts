/** `make demo`: copies 100,000 orders through the WebAssembly component from one Kafka topic into another, and compares the copy with the orders. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBroker, uniqueName } from '../support/broker.ts';
import { TOMBSTONE_EVERY } from './orders.ts';
import { Topics } from './topics.ts';

const ORDERS = 100_000;
const SHOWN = 5;
const SHORT = 160;
const CLI = fileURLToPath(new URL('../../host/main.ts', import.meta.url));
const DESCRIPTION = { address: 'the cluster at KAFKA_SERVERS', docker: 'a container', jars: "Apache Kafka's own jars" };

const say = (text: string): void => console.log(text);
const count = (number: number): string => number.toLocaleString('en-US');
const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

const flags = (flag: string, settings: readonly string[]): string[] => settings.flatMap((setting) => [flag, setting]);

function valueOf(lines: string): string {
  const [first = ''] = lines.split('\n');
  const { payload } = JSON.parse(first) as { payload: { after: string | null } };
  return payload.after === null ? 'none, it is a tombstone' : Buffer.from(payload.after, 'base64').toString();
}

/** Runs the connector's command line and returns its stdout. Its stderr (progress, errors) goes to the stderr of this process. */
async function cli(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`\`${args.join(' ')}\` ended with exit code ${code}.`);
  return output;
}

await using cleanup = new AsyncDisposableStack();
const start = performance.now();
say('Starting Kafka ...');
const broker = await startBroker();
cleanup.defer(() => broker.close());
const { servers } = broker;
say(`  ${DESCRIPTION[broker.kind]}, at ${servers} (${seconds(start)})`);

// On a cluster that this run did not start, the topics need names of their own and are deleted at the end.
const name = broker.kind === 'address' ? uniqueName : (text: string): string => text;
const from = name('orders');
const to = name('orders-copy');
const groups = { show: name('demo-show'), pipe: name('demo-pipe'), check: name('demo-check') };
const topics = new Topics(servers, groups.check);
await topics.create([from, to]);
if (broker.kind === 'address') cleanup.defer(() => topics.remove([from, to], Object.values(groups)));

const fillStart = performance.now();
say(`Filling the topic ${from} with ${count(ORDERS)} orders ...`);
await topics.fill(from, ORDERS);
say(`  done (${seconds(fillStart)})`);

say(`${SHOWN} of them as OpenCDC records, as Conduit gets them (bytes are in base64):`);
const source = [`servers=${servers}`, `topics=${from}`, 'readFromBeginning=true'];
const shown = await cli('source', ...flags('-c', [...source, `groupID=${groups.show}`]), '--limit', String(SHOWN), '--quiet');
shown
  .trimEnd()
  .split('\n')
  .forEach((line, index) => say(`  ${index === 0 || line.length <= SHORT ? line : `${line.slice(0, SHORT)} ...`}`));
say(`  The first one's value in plain text: ${valueOf(shown)}`);

say(`Piping ${from} through the component into ${to} ...`);
const destination = [`servers=${servers}`, `topic=${to}`, 'sdk.record.format=raw'];
const piped = await cli(
  'pipe',
  ...flags('--source', [...source, `groupID=${groups.pipe}`]),
  ...flags('--destination', destination),
  '--limit',
  String(ORDERS),
  '--json',
);
const { summary } = JSON.parse(piped) as { summary: string };
say(`  ${summary}`);

say(`Reading ${to} back and comparing every record with the original ...`);
const found = await topics.compare(to, ORDERS);
const good = found.equal === ORDERS && found.different + found.repeated + found.unknown === 0;

say(`
What happened
   1. Kafka: ${DESCRIPTION[broker.kind]}.
   2. ${count(ORDERS)} orders went into ${from}, 4 partitions: key, 3 headers, JSON of 150 to 400 bytes; ${ORDERS / TOMBSTONE_EVERY} are tombstones (a key without a value).
   3. The connector read them in a WebAssembly sandbox and made OpenCDC records of them.
   4. The same sandboxed code made Kafka records of those again, for ${to}: ${summary}.
   5. Read back with another client: ${count(found.equal)} equal in key, value and headers,
      ${found.different} different, ${found.repeated} repeated, ${found.unknown} unknown, ${count(ORDERS - found.equal - found.different)} missing.
   6. ${good ? 'Everything arrived, as it was, once.' : 'THIS IS NOT RIGHT: please report it.'}
   7. ${broker.kind === 'address' ? 'The topics and groups of this demo are deleted now' : 'Kafka ends now, and its files go with it'}. All in all: ${seconds(start)}.

Next
  make plugin                                   the one executable, for Conduit and for the command line
  dist/plugin/conduit-connector-kafka-wasm source -c servers=HOST:9092 -c topics=TOPIC -c readFromBeginning=true --limit 5
  make install-plugin DIR=path/to/connectors    then name the plugin standalone:kafka-wasm in a Conduit pipeline`);
if (!good) process.exitCode = 1;
