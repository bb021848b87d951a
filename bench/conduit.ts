/**
 * `make bench-conduit` measures pipelines from Kafka to Kafka in a real Conduit, with this connector, with the Go connector as a plugin, and with
 * the Go connector that is built into Conduit. CONDUIT and OFFICIAL name the executables of Conduit and of the Go connector. Records are counted
 * in the output topic; CPU and memory of every process come from /proc. Options select a part of it:
 * `--rounds 3 --seconds 5 --engines arch-v2 --batches 0,1000 --sizes 100,1024 --connectors ours`.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONDUIT, ENGINES, OFFICIAL, PLUGIN, startConduit, whyNoRealConduit, type Engine } from '../test/conduit/real/conduit.ts';
import { Topics } from '../test/support/topics.ts';
import { startBroker } from '../test/support/broker.ts';
import { benchArguments } from './support/arguments.ts';
import { handshakeMs } from './support/handshake.ts';
import { orderOf } from './support/values.ts';
import { median, useOf, type ProcessUse } from './support/processes.ts';
import { eventually, sleep } from '../test/support/wait.ts';

type Name = 'ours' | 'official' | 'builtin';
const PLUGIN_OF: Readonly<Record<Name, { plugin: string; executable: string | null }>> = {
  ours: { plugin: 'standalone:kafka-wasm', executable: PLUGIN },
  official: { plugin: 'standalone:kafka', executable: OFFICIAL ?? null },
  builtin: { plugin: 'builtin:kafka', executable: null },
};

interface Case {
  engine: Engine;
  /** `sdk.batch.size` of the source; 0 = default settings. */
  batch: number;
  valueBytes: number;
}
interface Round {
  recordsPerSecond: number;
  /** Microseconds of CPU for each record. */
  cpuUs: { conduit: number; source: number; destination: number };
  peakMb: { conduit: number; source: number; destination: number };
}

const given = benchArguments("make bench-conduit CONDUIT=path/to/conduit OFFICIAL=path/to/connector ARGS='...':", {
  rounds: '3',
  seconds: '5',
  engines: ENGINES.join(','),
  batches: '0,1000',
  sizes: '100,1024',
  connectors: 'ours,official,builtin',
  /** Records in the input topic, for values of 100 B; fewer for larger ones. */
  records: '600000',
  out: resolve(import.meta.dirname, '../dist/bench/conduit.json'),
});
const list = (text: string): string[] => text.split(',').filter((item) => item !== '');
const rounds = Number(given.rounds);
const seconds = Number(given.seconds);
/** How long records have reached the output topic before the measurement begins, so that every process has warmed up. */
const WARM_MS = 1500;

const problem = whyNoRealConduit();
if (problem !== null) throw new Error(problem);
const connectors = list(given.connectors) as Name[];
if (connectors.includes('official') && OFFICIAL === undefined)
  throw new Error('OFFICIAL does not name the executable of the Go connector; `--connectors ours,builtin` works without');

const work = await mkdtemp(join(tmpdir(), 'bench-conduit-'));
// The broker runs with the JVM settings of Kafka's own start script. Tests use settings with which the JVM starts sooner and runs slower.
const broker = await startBroker({ jvm: 'throughput' });
const topics = new Topics(broker.servers);
try {
  const results: Record<string, Record<Name, Round[]>> = {};
  for (const valueBytes of list(given.sizes).map(Number)) {
    const input = `in-${valueBytes}`;
    await topics.create(input);
    await topics.fill(input, Math.round(Number(given.records) / (valueBytes > 500 ? 2 : 1)), orderOf(valueBytes));
    // One run of each connector that does not count: the broker's JVM compiles its code for the requests of each of them on the same cores.
    for (const name of connectors) await measure(name, { engine: 'arch-v2', batch: 1000, valueBytes }, input);
    for (let round = 0; round < rounds; round++) {
      for (const batch of list(given.batches).map(Number)) {
        for (const engine of list(given.engines) as Engine[]) {
          for (const name of inTurn(round)) {
            const key = `${engine}, ${batch === 0 ? 'default settings' : `batch ${batch}`}, ${valueBytes} B`;
            const measured = await measure(name, { engine, batch, valueBytes }, input);
            ((results[key] ??= { ours: [], official: [], builtin: [] })[name] ??= []).push(measured);
            console.log(`${key}, ${name}: ${line(measured)}`);
          }
        }
      }
    }
    await topics.delete(input);
  }
  const executables = {
    ours: { megabytes: (await stat(PLUGIN)).size / 1e6, handshakeMs: await handshakeMs(PLUGIN) },
    ...(OFFICIAL === undefined
      ? {}
      : { official: { megabytes: (await stat(OFFICIAL)).size / 1e6, handshakeMs: await handshakeMs(OFFICIAL) } }),
  };
  const summary = summarize(results);
  console.log(`\n${table(summary)}\n`);
  for (const [name, { megabytes, handshakeMs: ms }] of Object.entries(executables))
    console.log(`${name}: ${megabytes.toFixed(1)} MB, handshake ${ms.toFixed(0)} ms (median of 20)`);
  await mkdir(resolve(given.out, '..'), { recursive: true });
  await writeFile(
    given.out,
    JSON.stringify(
      { machine: { cpus: cpus().length, model: cpus()[0]?.model }, node: process.version, conduit: CONDUIT, executables, summary, results },
      null,
      2,
    ),
  );
} finally {
  await broker.close();
  await rm(work, { recursive: true, force: true });
}

/** The connectors in another order each round, so that none is always first, or always after the slowest. */
function inTurn(round: number): Name[] {
  const first = round % connectors.length;
  return [...connectors.slice(first), ...connectors.slice(0, first)];
}

async function measure(name: Name, { engine, batch, valueBytes }: Case, input: string): Promise<Round> {
  const run = `${name}-${engine}-${batch}-${valueBytes}-${Date.now()}`;
  const folder = join(work, run);
  await mkdir(folder, { recursive: true });
  const output = `out-${run}`;
  await topics.create(output);
  const { plugin, executable } = PLUGIN_OF[name];
  const batching: Record<string, string> = batch === 0 ? {} : { 'sdk.batch.size': String(batch), 'sdk.batch.delay': '100ms' };
  const conduit = await startConduit({
    folder,
    engine,
    plugins: executable === null ? [] : [executable],
    pipelines: [
      {
        id: 'p',
        source: { plugin, settings: { servers: broker.servers, topics: input, groupID: run, readFromBeginning: 'true', ...batching } },
        destination: { plugin, settings: { servers: broker.servers, topic: output, ...(engine === 'arch-v1' ? batching : {}) } },
      },
    ],
  });
  const far = await topics.counter(output);
  try {
    const total = await topics.count(input);
    await eventually(async () => (await far.count()) > 0, 60_000, 'the first record at the far end');
    await sleep(WARM_MS);
    const pids = () => {
      const plugins = conduit.plugins();
      const pidOf = (id: string): number | undefined => plugins.find(({ connectorId }) => connectorId === id)?.pid;
      return { conduit: conduit.pid, source: pidOf('p:src'), destination: pidOf('p:dst') };
    };
    const processes = pids();
    const use = (): Record<keyof typeof processes, ProcessUse | null> => ({
      conduit: useOf(processes.conduit),
      source: processes.source === undefined ? null : useOf(processes.source),
      destination: processes.destination === undefined ? null : useOf(processes.destination),
    });
    const before = { use: use(), count: await far.count(), at: performance.now() };
    let after = before;
    while (performance.now() < before.at + seconds * 1000 && after.count < total) {
      await sleep(100);
      const count = await far.count();
      // The measurement ends with the last sample before the input ran out, so that idle time is not counted.
      if (count < total || after === before) after = { use: use(), count, at: performance.now() };
      else break;
    }
    const records = after.count - before.count;
    const cpu = (of: keyof typeof processes): number => ((after.use[of]?.cpuUs ?? 0) - (before.use[of]?.cpuUs ?? 0)) / records;
    const peak = (of: keyof typeof processes): number => (after.use[of]?.peakResidentBytes ?? 0) / 1e6;
    return {
      recordsPerSecond: records / ((after.at - before.at) / 1000),
      cpuUs: { conduit: cpu('conduit'), source: cpu('source'), destination: cpu('destination') },
      peakMb: { conduit: peak('conduit'), source: peak('source'), destination: peak('destination') },
    };
  } finally {
    await far.close();
    await conduit.kill();
    await topics.delete(output);
    await rm(folder, { recursive: true, force: true });
  }
}

type Summary = Record<string, Partial<Record<Name, Round>>>;

function summarize(results: Record<string, Record<Name, Round[]>>): Summary {
  const of = (all: Round[], pick: (round: Round) => number): number => median(all.map(pick));
  return Object.fromEntries(
    Object.entries(results).map(([key, byName]) => [
      key,
      Object.fromEntries(
        Object.entries(byName)
          .filter(([, all]) => all.length > 0)
          .map(([name, all]): [string, Round] => [
            name,
            {
              recordsPerSecond: of(all, (round) => round.recordsPerSecond),
              cpuUs: {
                conduit: of(all, ({ cpuUs }) => cpuUs.conduit),
                source: of(all, ({ cpuUs }) => cpuUs.source),
                destination: of(all, ({ cpuUs }) => cpuUs.destination),
              },
              peakMb: {
                conduit: of(all, ({ peakMb }) => peakMb.conduit),
                source: of(all, ({ peakMb }) => peakMb.source),
                destination: of(all, ({ peakMb }) => peakMb.destination),
              },
            },
          ]),
      ),
    ]),
  );
}

function line({ recordsPerSecond, cpuUs, peakMb }: Round): string {
  const three = (of: Round['cpuUs'], digits: number): string =>
    [of.conduit, of.source, of.destination].map((value) => value.toFixed(digits)).join(' / ');
  return `${recordsPerSecond.toFixed(0)} records/s; CPU us/record ${three(cpuUs, 1)}; MB ${three(peakMb, 0)} (Conduit / source / destination)`;
}

function table(summary: Summary): string {
  const lines = ['Medians. CPU of Conduit / source / destination.'];
  for (const [key, byName] of Object.entries(summary)) {
    lines.push(key);
    for (const [name, round] of Object.entries(byName)) lines.push(`  ${name.padEnd(9)} ${line(round)}`);
    const { ours, official, builtin } = byName;
    const plugins = (round: Round): number => round.cpuUs.source + round.cpuUs.destination;
    if (ours && official) {
      lines.push(
        `  ours : official = ${(ours.recordsPerSecond / official.recordsPerSecond).toFixed(2)} times the records/s, ${(plugins(official) / plugins(ours)).toFixed(2)} times less CPU in the two plugins`,
      );
    }
    if (ours && builtin)
      lines.push(`  ours : builtin  = ${(ours.recordsPerSecond / builtin.recordsPerSecond).toFixed(2)} times the records/s`);
  }
  return lines.join('\n');
}
