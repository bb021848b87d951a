import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';
import { javaCommand, kafkaJars } from './java.ts';
import { Keeper } from './keeper.ts';
import { LOGIN, SCRAM_MECHANISMS } from './login.ts';
import { reservePorts } from './ports.ts';
import { LISTENERS, serverProperties, storeFiles, type ListenerName, type NodeLayout } from './settings.ts';
import type { BrokerOptions } from './types.ts';

const READY = /Kafka Server started/;
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const JVM = {
  'quick-start': ['-Xmx512m', '-Xshare:auto', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
  // As kafka-server-start.sh and kafka-run-class.sh set them.
  throughput: [
    '-Xms1g',
    '-Xmx1g',
    '-server',
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:InitiatingHeapOccupancyPercent=35',
    '-XX:+ExplicitGCInvokesConcurrent',
  ],
};
const LOG_SETTINGS = `rootLogger.level=INFO
rootLogger.appenderRef.out.ref=OUT
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
`;

/** Nodes whose sockets are all on 127.0.0.1, each on ports of its own. */
export interface LoopbackLayout {
  readonly nodes: readonly NodeLayout[];
  releasePorts(): void;
}

export async function loopbackLayout(count: number): Promise<LoopbackLayout> {
  const reserved = await reservePorts(count * (LISTENERS.length + 1));
  const ports = [...reserved.ports];
  const endpoint = (): string => `127.0.0.1:${ports.pop()}`;
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    listeners: Object.fromEntries(LISTENERS.map((name) => [name, endpoint()])) as Record<ListenerName, string>,
    controller: endpoint(),
  }));
  return { nodes, releasePorts: reserved.release };
}

/** A cluster id as Kafka wants it; one that starts with a dash would be taken for an option. */
export function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

/** What the three ways to run nodes have in common. */
export interface Cluster {
  readonly layout: readonly NodeLayout[];
  stop(node: number): Promise<void>;
  kill(node: number): Promise<void>;
  freeze(node: number): Promise<void>;
  thaw(node: number): Promise<void>;
  start(node: number): Promise<void>;
  close(): Promise<void>;
}

/** Brokers as processes of this machine, from Kafka's jars. */
export async function startJars(options: BrokerOptions, certificates: Certificates): Promise<Cluster> {
  const jars = await kafkaJars();
  for (let attempt = 1; ; attempt++) {
    const cluster = new JarsCluster(jars, await loopbackLayout(options.nodes ?? 1), options);
    try {
      await cluster.prepare(certificates);
      await Promise.all(cluster.layout.map(({ id }) => cluster.start(id)));
      return cluster;
    } catch (error) {
      await cluster.close();
      if (attempt === 3 || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

class JarsCluster implements Cluster {
  readonly layout: readonly NodeLayout[];
  readonly #jars: string;
  readonly #releasePorts: () => void;
  readonly #options: BrokerOptions;
  readonly #keeper = new Keeper('kafka-test');
  readonly #running = new Map<number, ChildProcess>();

  constructor(jars: string, layout: LoopbackLayout, options: BrokerOptions) {
    this.layout = layout.nodes;
    this.#releasePorts = layout.releasePorts;
    this.#jars = jars;
    this.#options = options;
  }

  /** Writes settings and stores, and formats every node's storage. */
  async prepare(certificates: Certificates): Promise<void> {
    const { dir } = this.#keeper;
    const id = clusterId();
    for (const [name, text] of Object.entries(storeFiles(certificates))) await writeFile(join(dir, name), text, { mode: 0o600 });
    await writeFile(join(dir, 'log4j2.properties'), LOG_SETTINGS);
    await Promise.all(
      this.layout.map(async (node) => {
        const dataDir = join(dir, `data-${node.id}`);
        await mkdir(dataDir);
        await writeFile(
          this.#settings(node.id),
          serverProperties(node, this.layout, { storeDir: dir, dataDir }, this.#options.config ?? {}),
        );
        const name = `format-${node.id}`;
        const users = SCRAM_MECHANISMS.flatMap((mechanism) => [
          '--add-scram',
          `${mechanism}=[name=${LOGIN.username},password=${LOGIN.password}]`,
        ]);
        const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', this.#settings(node.id), ...users];
        const tool = this.#java(name, 'quick-start', format);
        await ended(tool);
        if (tool.exitCode !== 0) throw new Error(`Kafka could not format the storage of node ${node.id}:\n${await this.#tail(name)}`);
      }),
    );
  }

  async start(node: number): Promise<void> {
    if (this.#running.has(node)) return;
    const name = `node-${node}`;
    const log = join(this.#keeper.dir, `${name}.log`);
    let seen = await stat(log).then(
      ({ size }) => size,
      () => 0,
    );
    const child = this.#java(name, this.#options.jvm ?? 'quick-start', ['kafka.Kafka', this.#settings(node)]);
    this.#running.set(node, child);
    child.once('exit', () => this.#running.delete(node));
    let text = '';
    for (const end = Date.now() + READY_TIMEOUT_MS; ; await sleep(50)) {
      const more = await readFrom(log, seen);
      seen += more.length;
      text += more;
      if (READY.test(text)) return;
      if (this.#running.get(node) !== child) throw new Error(`Kafka node ${node} ended while it started:\n${await this.#tail(name)}`);
      if (Date.now() > end)
        throw new Error(`Kafka node ${node} was not ready after ${READY_TIMEOUT_MS / 1000} s:\n${await this.#tail(name)}`);
    }
  }

  async stop(node: number): Promise<void> {
    await this.#end(node, 'SIGTERM');
  }

  async kill(node: number): Promise<void> {
    await this.#end(node, 'SIGKILL');
  }

  async freeze(node: number): Promise<void> {
    this.#running.get(node)?.kill('SIGSTOP');
  }

  async thaw(node: number): Promise<void> {
    this.#running.get(node)?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    this.#releasePorts();
  }

  async #end(node: number, signal: NodeJS.Signals): Promise<void> {
    const child = this.#running.get(node);
    if (!child) return;
    child.kill(signal);
    // A node that lost its quorum never ends by itself.
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended(child);
    clearTimeout(hard);
  }

  #settings(node: number): string {
    return join(this.#keeper.dir, `node-${node}.properties`);
  }

  #java(name: string, jvm: keyof typeof JVM, arguments_: readonly string[]): ChildProcess {
    const { dir } = this.#keeper;
    // A JVM that is killed leaves the native libraries that it unpacked, and its performance counters.
    const files = [`-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`, `-Djava.io.tmpdir=${dir}`, '-XX:-UsePerfData'];
    return this.#keeper.spawn(name, javaCommand(), [...JVM[jvm], ...files, '-cp', `${this.#jars}/*`, ...arguments_]);
  }

  async #tail(name: string): Promise<string> {
    const text = await readFile(join(this.#keeper.dir, `${name}.log`), 'utf8').catch(() => '');
    return text.split('\n').slice(-30).join('\n');
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, 'exit');
}

async function readFrom(path: string, position: number): Promise<string> {
  const file = await open(path).catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    if (size <= position) return '';
    const buffer = Buffer.alloc(size - position);
    await file.read(buffer, 0, buffer.length, position);
    return buffer.toString('latin1'); // one character a byte: the caller counts on
  } finally {
    await file.close();
  }
}
