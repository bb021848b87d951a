/**
 * A process that moves a topic to another one with a slow destination, and prints as JSON what it took: the peak of its memory above all.
 * `unbounded` in place of `bounded`: the sink never says that it is full, which is what the same flow costs without back-pressure.
 * Usage: node slow-pipe.ts SERVERS FROM TO RECORDS PAUSE_MS bounded|unbounded MAX_RSS_MB
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ShutdownBudget } from '../../../host/cli/commands/shutdown-budget.ts';
import { transfer } from '../../../host/cli/commands/transfer.ts';
import type { Source } from '../../../host/connector/source.ts';
import { createDestination, createSource } from '../../../host/connector.ts';
import { WriteQueue } from '../../../host/sdk/index.ts';

const [servers = '', from = '', to = '', records, pauseMs, mode, maxRssMb] = process.argv.slice(2);
const wanted = Number(records);
const stop = new AbortController();
const log = (level: string, message: string): void => {
  if (level === 'warn' || level === 'error') process.stderr.write(`${level} ${message}\n`);
};

let peakBytes = 0;
const watch = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  // The result is known; the rest of the run would only use the machine.
  if (peakBytes > 1.2 * Number(maxRssMb) * 1e6) stop.abort();
}, 20);

const source = createSource({ log });
const destination = createDestination({ log });
const common = { servers, 'tls.enabled': 'false' };
const problems = [
  ...(await source.configure({ ...common, topics: from, groupID: `${to}-group`, readFromBeginning: 'true' })),
  ...(await destination.configure({ ...common, topic: to, 'sdk.record.format': 'raw' })),
];
if (problems.length > 0) throw new Error(JSON.stringify(problems));
await destination.open();
await source.open(null);

let written = 0;
let bytes = 0;
let emitted = 0;
let ahead = 0;
const deaf: Source['run'] = (sink, options) =>
  source.run({ ...sink, failed: sink.failed.bind(sink), batch: (batch) => (sink.batch(batch), true) }, options);
const counting: Source = {
  configure: source.configure.bind(source),
  open: source.open.bind(source),
  resume: source.resume.bind(source),
  ack: source.ack.bind(source),
  settled: source.settled.bind(source),
  stop: source.stop.bind(source),
  teardown: source.teardown.bind(source),
  run: (sink, options) => {
    const counted = {
      failed: sink.failed.bind(sink),
      batch: (batch: Parameters<typeof sink.batch>[0]) => {
        emitted += batch.count;
        ahead = Math.max(ahead, emitted - written);
        return sink.batch(batch);
      },
    };
    if (mode === 'unbounded') deaf(counted, options);
    else source.run(counted, options);
  },
};
const result = await transfer(counting, {
  destination: {
    queue: (listener) =>
      new WriteQueue({
        ...listener,
        collecting: {},
        write: async (batch) => {
          await delay(Number(pauseMs));
          bytes += batch.length;
          return destination.write(batch);
        },
      }),
  },
  limit: wanted,
  ended: async () => false,
  stop: stop.signal,
  budget: new ShutdownBudget(stop.signal),
  credit: {},
  taken: () => {},
  written: (count) => (written += count),
});
await source.teardown();
await destination.teardown();
clearInterval(watch);

// The kernel's own peak, where there is one: a sample can miss it.
const kernelPeak = process.platform === 'linux' ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024 : 0;
process.stdout.write(
  JSON.stringify({
    records: result.records,
    bytes,
    ahead,
    peakMb: Math.round(Math.max(peakBytes, kernelPeak) / 1e6),
    failed: result.failed?.error ?? null,
  }),
);
process.exit(0);
