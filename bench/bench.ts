/**
 * `make bench` measures the WebAssembly boundary alone, then source and destination beside bare kafkajs loops that do nothing else.
 * `--rounds 3 --sizes 100,1024 --records 400000` sets how much is measured. Results also go to dist/bench/bench.json.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Topics } from '../test/support/topics.ts';
import { startBroker, uniqueName } from '../test/support/broker.ts';
import { FakeRegistry } from '../test/support/schema-registry.ts';
import { measureBoundary } from './boundary.ts';
import { benchArguments } from './support/arguments.ts';
import { AVRO_ORDER, avroOrderOf } from './support/avro-values.ts';
import type { AvroLoop, Loop, LoopKind, Speed } from './support/loops.ts';
import { median } from './support/processes.ts';
import { orderOf } from './support/values.ts';

const KINDS: readonly LoopKind[] = [
  'source',
  'source, bare kafkajs',
  'destination',
  'destination, raw values',
  'destination, bare kafkajs',
  'pipe',
];
const AVRO_KINDS: readonly LoopKind[] = ['source, Avro', 'destination, Avro', 'pipe, Avro'];
const AVRO_ID = 1;
const LOOPS = fileURLToPath(new URL('support/loops.ts', import.meta.url));
const LOOP_TIMEOUT_MS = 180_000;

const given = benchArguments("make bench ARGS='...':", {
  rounds: '3',
  sizes: '100,1024',
  records: '400000',
  out: resolve(import.meta.dirname, '../dist/bench/bench.json'),
});

console.log('Boundary: 1,000 records of 200 B in one call, through jco.');
const boundary = await measureBoundary();
for (const [name, { recordsPerSecond, cpuUsPerRecord }] of Object.entries(boundary).filter((entry) => typeof entry[1] === 'object') as [
  string,
  Speed,
][]) {
  console.log(`  ${name.padEnd(26)} ${show(recordsPerSecond, cpuUsPerRecord)}`);
}

// The broker runs with the JVM settings of Kafka's own start script. Tests use settings with which the JVM starts sooner and runs slower.
const broker = await startBroker({ jvm: 'throughput' });
// The registry is asked a few times by each loop; what it costs is the first answer.
const registry = new FakeRegistry();
registry.add('orders', AVRO_ID, { schema: AVRO_ORDER });
const avro: AvroLoop = { registry: await registry.start(), schema: AVRO_ORDER };
const results: Record<string, Partial<Record<LoopKind, Speed>>> = {};
try {
  const topics = new Topics(broker.servers);
  for (const bytes of given.sizes.split(',').map(Number)) {
    const records = Math.round(Number(given.records) / (bytes > 500 ? 2 : 1));
    const [input, avroInput] = [uniqueName('bench-in'), uniqueName('bench-avro')];
    await topics.create(input);
    await topics.fill(input, records, orderOf(bytes));
    await topics.create(avroInput);
    await topics.fill(avroInput, records, avroOrderOf(bytes, AVRO_ID));
    const kinds = [...KINDS, ...AVRO_KINDS];
    const rounds = new Map<LoopKind, Speed[]>(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < Number(given.rounds); round++) {
      for (const kind of kinds) {
        const output = uniqueName('bench-out');
        await topics.create(output);
        const form = AVRO_KINDS.includes(kind) ? { input: avroInput, avro } : { input };
        rounds.get(kind)!.push(await run({ kind, servers: broker.servers, output, records, ...form }));
        await topics.delete(output);
      }
    }
    await topics.delete(input, avroInput);
    console.log(`\nKafka, values of ${bytes} B, ${records} records, median of ${given.rounds}:`);
    const medians = Object.fromEntries([...rounds].map(([kind, speeds]) => [kind, medianOf(speeds)])) as Record<LoopKind, Speed>;
    for (const [kind, { recordsPerSecond, cpuUsPerRecord, peakMb }] of Object.entries(medians)) {
      console.log(`  ${kind.padEnd(26)} ${show(recordsPerSecond, cpuUsPerRecord)}, ${peakMb.toFixed(0)} MB`);
    }
    results[`${bytes} B`] = medians;
  }
} finally {
  registry.stop();
  await broker.close();
}
await mkdir(resolve(given.out, '..'), { recursive: true });
await writeFile(
  given.out,
  JSON.stringify({ machine: { cpus: cpus().length, model: cpus()[0]?.model }, node: process.version, boundary, results }, null, 2),
);

async function run(loop: Loop): Promise<Speed> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOOPS, JSON.stringify(loop)], { timeout: LOOP_TIMEOUT_MS });
  return JSON.parse(stdout) as Speed;
}

function medianOf(speeds: readonly Speed[]): Speed {
  return {
    recordsPerSecond: median(speeds.map((speed) => speed.recordsPerSecond)),
    cpuUsPerRecord: median(speeds.map((speed) => speed.cpuUsPerRecord)),
    peakMb: median(speeds.map((speed) => speed.peakMb)),
  };
}

function show(recordsPerSecond: number, cpuUsPerRecord: number): string {
  return `${Math.round(recordsPerSecond).toLocaleString('en').padStart(10)} records/s, ${cpuUsPerRecord.toFixed(2)} CPU us/record`;
}
