/** Runs a real Conduit in a folder of its own: the binary that the environment variable CONDUIT names. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stringify } from 'yaml';
import { reservePorts } from '../../support/broker/ports.ts';
import { eventually } from '../../support/wait.ts';

export type Engine = 'arch-v1' | 'arch-v2';
export const ENGINES: readonly Engine[] = ['arch-v1', 'arch-v2'];

/** The executable of the Conduit to test with; undefined if none is given, and then the tests do not run. */
export const CONDUIT = process.env['CONDUIT'] || undefined;
/** The Go connector's executable. */
export const OFFICIAL = process.env['OFFICIAL'] || undefined;
const named = process.env['KAFKA_WASM_PLUGIN'] ?? '';
/** The executable that `make plugin` builds, or the one that KAFKA_WASM_PLUGIN names. */
export const PLUGIN =
  named === '' || named === 'source' ? resolve(import.meta.dirname, '../../../dist/plugin/conduit-connector-kafka-wasm') : resolve(named);

export interface Connector {
  plugin: string;
  settings: Record<string, string>;
}
export interface Pipeline {
  id: string;
  source: Connector;
  destination: Connector;
  deadLetterQueue?: { plugin: string; settings?: Record<string, string>; 'window-size'?: number; 'window-nack-threshold'?: number };
}
export interface ConduitOptions {
  folder: string;
  engine: Engine;
  pipelines: Pipeline[];
  /** Executables for the folder `connectors`. */
  plugins: string[];
  /** `sqlite` keeps positions between runs in the same folder. */
  store?: 'inmemory' | 'sqlite';
  env?: Record<string, string>;
  arguments?: string[];
  /** As a shell starts it: the leader of a process group, which its plugins are in. */
  ownGroup?: boolean;
}
export interface PluginProcess {
  pid: number;
  /** `<pipeline>:<connector>`. */
  connectorId: string;
}

const EXIT_MS = 45_000;
const READY_MS = 90_000;

export class Conduit {
  readonly #process: ChildProcess;
  readonly #httpPort: number;
  readonly logFile: string;
  readonly exited: Promise<number | null>;

  constructor(process: ChildProcess, httpPort: number, logFile: string) {
    this.#process = process;
    this.#httpPort = httpPort;
    this.logFile = logFile;
    this.exited = new Promise((done) => process.once('exit', (code) => done(code)));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Parsed lines of Conduit's log, those of the plugins among them. */
  logLines(): Record<string, unknown>[] {
    return readFileSync(this.logFile, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The end of the log, to say why something failed. */
  logTail(): string {
    return readFileSync(this.logFile, 'utf8').slice(-6000);
  }

  /** Plugin processes that run a connector now. */
  plugins(): PluginProcess[] {
    return childrenOf(this.pid).flatMap((pid) => {
      const connectorId = environmentOf(pid)?.['CONDUIT_CONNECTOR_ID'];
      return connectorId === undefined ? [] : [{ pid, connectorId }];
    });
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}${path}`, { signal: AbortSignal.timeout(5000) });
    return response.json();
  }

  async post(path: string, body: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, body: await response.json() };
  }

  async status(pipeline: string): Promise<string> {
    const { state } = (await this.get(`/v1/pipelines/${pipeline}`)) as { state?: { status?: string } };
    return state?.status ?? '';
  }

  /** Position of the source as Conduit stores it. */
  async position(connectorId: string): Promise<string> {
    const answer = (await this.get(`/v1/connectors/${connectorId}`)) as { sourceState?: { position?: string } };
    return Buffer.from(answer.sourceState?.position ?? '', 'base64').toString();
  }

  /**
   * Asks Conduit to stop; `group`: also its plugins, at the same moment, as Ctrl-C or systemd does. Resolves with the exit code; throws
   * if Conduit is still there after its own budget.
   */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT', whom: 'conduit' | 'group' = 'conduit'): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode;
    process.kill(whom === 'group' ? -this.pid : this.pid, signal);
    const late = AbortSignal.timeout(EXIT_MS);
    const code = await Promise.race([this.exited, new Promise<'late'>((done) => late.addEventListener('abort', () => done('late')))]);
    if (code !== 'late') return code;
    await this.kill();
    throw new Error(`Conduit did not exit within ${EXIT_MS} ms after ${signal}`);
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}

export async function startConduit(options: ConduitOptions): Promise<Conduit> {
  if (CONDUIT === undefined) throw new Error('CONDUIT does not name a Conduit executable');
  const { folder, engine, store = 'inmemory' } = options;
  const connectors = join(folder, 'connectors');
  await rm(connectors, { recursive: true, force: true });
  await mkdir(connectors, { recursive: true });
  await Promise.all(options.plugins.map((file) => symlink(resolve(file), join(connectors, basename(file)))));
  const pipelines = join(folder, 'pipelines.yaml');
  await writeFile(pipelines, stringify({ version: '2.2', pipelines: options.pipelines.map(pipelineYaml) }));
  const reserved = await reservePorts(2);
  const [httpPort, grpcPort] = reserved.ports as [number, number];
  const logFile = join(folder, `conduit-${Date.now()}.log`);
  const log = createWriteStream(logFile);
  await new Promise((opened) => log.once('open', opened));
  const child = spawn(
    CONDUIT,
    [
      'run',
      ...[
        '--config.path',
        join(folder, 'none.yaml'),
        '--connectors.path',
        connectors,
        '--pipelines.path',
        pipelines,
        '--processors.path',
        join(folder, 'none'),
      ],
      ...['--db.type', store, ...(store === 'sqlite' ? ['--db.sqlite.path', join(folder, 'conduit.db')] : [])],
      ...['--api.http.address', `127.0.0.1:${httpPort}`, '--api.grpc.address', `127.0.0.1:${grpcPort}`],
      ...['--log.format', 'json', '--log.level', 'info'],
      ...(engine === 'arch-v2' ? ['--preview.pipeline-arch-v2'] : []),
      ...(options.arguments ?? []),
    ],
    {
      cwd: folder,
      detached: options.ownGroup ?? false,
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: process.env['TMPDIR'], ...options.env },
    },
  );
  const conduit = new Conduit(child, httpPort, logFile);
  void conduit.exited.then(() => reserved.release());
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Conduit exited with ${child.exitCode}: ${readFileSync(logFile, 'utf8').slice(-2000)}`);
    return (await fetch(`http://127.0.0.1:${httpPort}/healthz`).catch(() => null)) !== null;
  }, READY_MS);
  return conduit;
}

/** The position with which Conduit would open the source next, read from Conduit's store while it does not run. Empty if it has stored none. */
export function storedPosition(folder: string, connectorId: string): string {
  const database = new DatabaseSync(join(folder, 'conduit.db', 'conduit.db')); // not read-only: a Conduit that was killed left its log to be merged
  try {
    const row = database.prepare('SELECT value FROM conduit_kv_store WHERE key = ?').get(`connector:instance:${connectorId}`);
    const value = row?.['value'] as Uint8Array | string | undefined;
    if (value === undefined) return '';
    const { State: state } = JSON.parse(Buffer.from(value as string).toString()) as { State: { Position?: string } | null };
    return Buffer.from(state?.Position ?? '', 'base64').toString();
  } finally {
    database.close();
  }
}

function pipelineYaml({ id, source, destination, deadLetterQueue }: Pipeline): object {
  return {
    id,
    status: 'running',
    connectors: [
      { id: 'src', type: 'source', ...source },
      { id: 'dst', type: 'destination', ...destination },
    ],
    ...(deadLetterQueue === undefined ? {} : { 'dead-letter-queue': deadLetterQueue }),
  };
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie has ended; its parent has not looked yet.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\t${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    });
}

function environmentOf(pid: number): Record<string, string> | null {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  } catch {
    return null;
  }
}

/** Why real pipelines cannot run here; null if they can. */
export function whyNoRealConduit(): string | null {
  if (CONDUIT === undefined) return 'CONDUIT does not name a Conduit executable';
  if (!existsSync(CONDUIT)) return `CONDUIT names ${CONDUIT}, which does not exist`;
  if (!existsSync(PLUGIN)) return 'the plugin was not built: run make plugin';
  return existsSync('/proc/self/environ') ? null : 'the tests find plugin processes through /proc, which is not here';
}
