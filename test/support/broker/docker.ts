import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait, type StartedTestContainer } from 'testcontainers';
import type { Certificates } from './certificates.ts';
import { clusterId, loopbackLayout, type Cluster, type LoopbackLayout } from './jars.ts';
import { LOGIN, SCRAM_MECHANISMS } from './login.ts';
import { serverProperties, storeFiles, type NodeLayout } from './settings.ts';
import type { BrokerOptions } from './types.ts';

export const DEFAULT_IMAGE = 'apache/kafka:4.1.0';
const READY = /Kafka Server started/;
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_S = 20;
// The image's file interface: a server.properties here replaces its own settings.
const MOUNTED = '/mnt/shared/config';
const DATA = '/tmp/kraft-combined-logs';
const LABEL = 'conduit-connector-kafka-wasm.cluster';

const imageName = (): string => process.env['KAFKA_IMAGE'] || DEFAULT_IMAGE;

/** Why containers cannot run here, or null if they can. Pulls the image if it is not there. */
export async function whyNoDocker(): Promise<string | null> {
  try {
    const { image } = await getContainerRuntimeClient();
    const name = ImageName.fromString(imageName());
    if (!(await image.exists(name))) await image.pull(name);
    return null;
  } catch (error) {
    return `Docker with the image ${imageName()}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Brokers as containers of apache/kafka's image, or of KAFKA_IMAGE, which must have its interface. They share this machine's network: every
 * socket is on 127.0.0.1, where a published port would be open to the outside.
 */
export async function startDocker(options: BrokerOptions, certificates: Certificates): Promise<Cluster> {
  for (let attempt = 1; ; attempt++) {
    const cluster = new DockerCluster(await loopbackLayout(options.nodes ?? 1), options, certificates);
    try {
      await cluster.create();
      return cluster;
    } catch (error) {
      await cluster.close();
      if (attempt === 2) throw error; // once more on other ports: a container that ended does not say why
    }
  }
}

class DockerCluster implements Cluster {
  readonly layout: readonly NodeLayout[];
  readonly #releasePorts: () => void;
  readonly #options: BrokerOptions;
  readonly #certificates: Certificates;
  readonly #clusterId = clusterId();
  readonly #containers = new Map<number, StartedTestContainer>();
  #keeper: ChildProcess | null = null;

  constructor(layout: LoopbackLayout, options: BrokerOptions, certificates: Certificates) {
    this.layout = layout.nodes;
    this.#releasePorts = layout.releasePorts;
    this.#options = options;
    this.#certificates = certificates;
  }

  async create(): Promise<void> {
    this.#keeper = keepContainers(`${LABEL}=${this.#clusterId}`);
    const results = await Promise.allSettled(
      this.layout.map(async (node) => this.#containers.set(node.id, await this.#container(node).start())),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    for (const node of this.layout) await checkReachable(node.listeners.PLAINTEXT);
    await this.#addScramUser();
  }

  /** The image formats the storage itself, and lets nobody add users to that. */
  async #addScramUser(): Promise<void> {
    const node = this.layout[0]!;
    const config = SCRAM_MECHANISMS.map((mechanism) => `${mechanism}=[password=${LOGIN.password}]`).join(',');
    const entity = ['--entity-type', 'users', '--entity-name', LOGIN.username];
    const command = ['/opt/kafka/bin/kafka-configs.sh', '--bootstrap-server', node.listeners.PLAINTEXT, '--alter', '--add-config', config];
    const { exitCode, output } = await this.#containers.get(node.id)!.exec([...command, ...entity]);
    if (exitCode !== 0) throw new Error(`The user for SASL could not be added: ${output}`);
  }

  async start(node: number): Promise<void> {
    const container = await this.#lowLevel(node);
    if ((await container.inspect()).State.Running) return;
    const since = Math.floor(Date.now() / 1000);
    await container.start();
    const logs = (await container.logs({ follow: true, stdout: true, stderr: true, since })) as unknown as Readable;
    const limit = setTimeout(() => logs.destroy(), READY_TIMEOUT_MS);
    let text = '';
    try {
      for await (const chunk of logs as AsyncIterable<Buffer>) {
        text += chunk.toString('latin1');
        if (READY.test(text)) return;
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    } finally {
      clearTimeout(limit);
    }
    throw new Error(`Kafka node ${node} was not ready after its container started again:\n${text.slice(-3000)}`);
  }

  async stop(node: number): Promise<void> {
    const container = await this.#lowLevel(node);
    if ((await container.inspect()).State.Running) await container.stop({ t: STOP_TIMEOUT_S });
  }

  async kill(node: number): Promise<void> {
    const container = await this.#lowLevel(node);
    if ((await container.inspect()).State.Running) {
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    }
  }

  async freeze(node: number): Promise<void> {
    await (await this.#lowLevel(node)).pause();
  }

  async thaw(node: number): Promise<void> {
    await (await this.#lowLevel(node)).unpause();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#containers.values()].map((container) => container.stop({ remove: true, removeVolumes: true, timeout: 0 })));
    this.#containers.clear();
    this.#keeper?.kill('SIGKILL');
    this.#releasePorts();
    this.#keeper = null;
  }

  #container(node: NodeLayout): GenericContainer {
    const properties = serverProperties(node, this.layout, { storeDir: MOUNTED, dataDir: DATA }, this.#options.config ?? {});
    const files = { ...storeFiles(this.#certificates), 'server.properties': properties };
    return new GenericContainer(imageName())
      .withNetworkMode('host')
      .withLabels({ [LABEL]: this.#clusterId })
      .withEnvironment({ CLUSTER_ID: this.#clusterId, KAFKA_HEAP_OPTS: '-Xmx512m' })
      .withCopyContentToContainer(Object.entries(files).map(([name, content]) => ({ content, target: `${MOUNTED}/${name}` })))
      .withWaitStrategy(Wait.forLogMessage(READY))
      .withStartupTimeout(READY_TIMEOUT_MS);
  }

  // testcontainers' own stop removes the container, and with it the data; its restart waits for no log line of the second start.
  async #lowLevel(node: number) {
    const container = this.#containers.get(node);
    if (!container) throw new Error(`There is no node ${node}.`);
    return (await getContainerRuntimeClient()).container.dockerode.getContainer(container.getId());
  }
}

/** testcontainers' own reaper is a container more, and can be turned off; this one is a process that outlives us only to clean up. */
function keepContainers(label: string): ChildProcess {
  const script = fileURLToPath(new URL('container-keeper.ts', import.meta.url));
  const keeper = spawn(process.execPath, [script, label], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  keeper.unref();
  (keeper.stdin as unknown as { unref(): void }).unref();
  return keeper;
}

/** Where Docker runs in a virtual machine, "the host" is that machine, unless Docker is told otherwise. */
async function checkReachable(address: string): Promise<void> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new Error(
      `A container on Docker's host network cannot be reached at ${address}: turn host networking on (Docker Desktop: Settings, Resources, Network).`,
      {
        cause: error,
      },
    );
  } finally {
    socket.destroy();
  }
}
