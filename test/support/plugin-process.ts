import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GrpcClient, type Stream } from './grpc-client.ts';

const BUILT = fileURLToPath(new URL('../../dist/plugin/conduit-connector-kafka-wasm', import.meta.url));
const MAIN = fileURLToPath(new URL('../../host/main.ts', import.meta.url));

/** What Conduit puts into the environment of a plugin. */
export const CONDUIT_ENVIRONMENT = {
  CONDUIT_PLUGIN_MAGIC_COOKIE: '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f',
  PLUGIN_PROTOCOL_VERSIONS: '1,2',
  PLUGIN_MIN_PORT: '10000',
  PLUGIN_MAX_PORT: '25000',
  CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET: '',
  CONDUIT_CONNECTOR_TOKEN: '{"value":"token","connector_id":"p:c"}',
  CONDUIT_CONNECTOR_ID: 'p:c',
  CONDUIT_CONNECTOR_LOG_LEVEL: 'debug',
  CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: '4194304',
} as const;

/** KAFKA_WASM_PLUGIN names an executable, or is `source`: the sources with this Node. Without it, the built one where there is one. */
export function pluginCommand(): string[] {
  const wanted = process.env['KAFKA_WASM_PLUGIN'] ?? '';
  if (wanted !== '' && wanted !== 'source') return [wanted];
  return wanted === '' && existsSync(BUILT) ? [BUILT] : [process.execPath, MAIN];
}

export interface LogLine {
  '@level': string;
  '@message': string;
  [field: string]: string;
}

/** As go-plugin reads a line: it panics Conduit where this throws, and logs the line raw where this returns null. */
export function parseLogLine(line: string): LogLine | null {
  if (Buffer.byteLength(line) > 64 * 1024) return null;
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  for (const key of ['@message', '@level', '@timestamp']) {
    if (key in parsed && typeof parsed[key] !== 'string') throw new Error(`this line would panic Conduit: ${line}`);
  }
  if (!('@message' in parsed) || !['trace', 'debug', 'info', 'warn', 'error'].includes(String(parsed['@level']))) return null;
  return parsed as LogLine;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** On top of what Conduit sets; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Environment without anything but what Conduit sets. */
  bare?: boolean;
  cwd?: string;
  command?: string[];
}

/** A plugin process, started and ended as go-plugin does. */
export class PluginProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly stderr: string[] = [];
  stdout = '';
  exit: Exit | null = null;
  #client: GrpcClient | null = null;
  /** Open from the first moment to the last, as Conduit's are. */
  stdio: Stream | null = null;
  broker: Stream | null = null;

  constructor(options: StartOptions = {}) {
    const [file, ...args] = options.command ?? pluginCommand();
    const inherited = options.bare ? {} : process.env;
    this.child = spawn(file!, args, {
      env: { ...inherited, ...CONDUIT_ENVIRONMENT, ...options.env },
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) =>
      this.child.on('close', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      }),
    );
    let rest = '';
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      this.stderr.push(...lines);
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
  }

  get client(): GrpcClient {
    if (this.#client === null) throw new Error('not connected');
    return this.#client;
  }

  /** Log lines so far; throws for one that would panic Conduit. */
  logLines(): LogLine[] {
    return this.stderr.map((line) => parseLogLine(line) ?? { '@level': 'raw', '@message': line });
  }

  /** The handshake line; rejects when the process ends before it, or after 60 s, as Conduit does. */
  async handshake(): Promise<string> {
    const deadline = Date.now() + 60_000;
    while (!this.stdout.includes('\n')) {
      if (this.exit !== null)
        throw new Error(`plugin exited before we could connect: ${JSON.stringify(this.exit)} ${this.stderr.join('\n')}`);
      if (Date.now() > deadline) throw new Error('timeout while waiting for plugin to start');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return this.stdout.slice(0, this.stdout.indexOf('\n'));
  }

  async connect(): Promise<GrpcClient> {
    const [core, version, network, address, kind] = (await this.handshake()).split('|');
    if (core !== '1' || version !== '2' || kind !== 'grpc') throw new Error(`unsupported plugin protocol: ${this.stdout}`);
    this.#client = new GrpcClient(`${network}|${address}`);
    this.stdio = this.#client.stream('/plugin.GRPCStdio/StreamStdio');
    this.stdio.write(Buffer.alloc(0));
    this.broker = this.#client.stream('/plugin.GRPCBroker/StartStream');
    return this.#client;
  }

  /** Closes the connection without a Shutdown call, as a Conduit that dies does. */
  disconnect(): void {
    this.stdio?.cancel();
    this.broker?.cancel();
    this.#client?.close();
  }

  /** GRPCController.Shutdown, and two seconds; a process that is still there is killed, and that is an error. */
  async shutdown(): Promise<Exit> {
    await this.client.call('/plugin.GRPCController/Shutdown').catch(() => {}); // Conduit ignores the result
    const exit = await Promise.race([this.exited, new Promise<null>((resolve) => setTimeout(() => resolve(null), 2_000))]);
    this.client.close();
    if (exit !== null) return exit;
    this.child.kill('SIGKILL');
    throw new Error('plugin failed to exit gracefully');
  }

  /** For tests that are done with it, in whatever state it is. */
  async dispose(): Promise<void> {
    this.#client?.close();
    if (this.exit === null) this.child.kill('SIGKILL');
    await this.exited;
  }
}

export async function startPlugin(options: StartOptions = {}): Promise<PluginProcess> {
  const plugin = new PluginProcess(options);
  await plugin.connect();
  return plugin;
}
