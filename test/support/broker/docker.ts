import { once } from 'node:events';
import { GenericContainer, getContainerRuntimeClient, Network, Wait, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import type { Certificates } from './certificates.ts';
import { clusterId, loopbackLayout, type Cluster } from './jars.ts';
import { freePorts } from './ports.ts';
import { LISTENERS, serverProperties, storeFiles, type ListenerName, type NodeLayout } from './settings.ts';
import type { BrokerOptions } from './types.ts';

export const DEFAULT_IMAGE = 'apache/kafka:4.1.0';
const READY = /Kafka Server started/;
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_S = 20;
// The image's file interface: a server.properties here replaces its own settings.
const MOUNTED = '/mnt/shared/config';
const DATA = '/tmp/kraft-combined-logs';
const PORT: Record<ListenerName | 'CONTROLLER' | 'INTERNAL', number> = { PLAINTEXT: 9092, TLS: 9094, MTLS: 9095, MISNAMED: 9096, CONTROLLER: 9093, INTERNAL: 19092 };

/** Why containers cannot run here, or null if they can. */
export async function whyNoDocker(): Promise<string | null> {
  try {
    await getContainerRuntimeClient();
    return null;
  } catch (error) {
    return `Docker: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * `host`: the containers share this machine's network, and everything listens on 127.0.0.1 only. `published`: the containers have a network of
 * their own and Docker publishes their ports, the only way where Docker runs in a virtual machine (macOS, Windows).
 */
type DockerNetwork = 'host' | 'published';
function dockerNetwork(): DockerNetwork {
  const wanted = process.env['KAFKA_DOCKER_NETWORK'];
  if (wanted === 'host' || wanted === 'published') return wanted;
  if (wanted) throw new Error(`KAFKA_DOCKER_NETWORK: expected host or published, got ${wanted}.`);
  return process.platform === 'linux' ? 'host' : 'published';
}

async function publishedLayout(nodes: number): Promise<NodeLayout[]> {
  const ports = await freePorts(nodes * LISTENERS.length);
  return Array.from({ length: nodes }, (_, index) => ({
    id: index + 1,
    listeners: Object.fromEntries(
      LISTENERS.map((name) => [name, { bind: `0.0.0.0:${PORT[name]}`, advertised: `127.0.0.1:${ports.pop()}` }]),
    ) as NodeLayout['listeners'],
    controller: { bind: `0.0.0.0:${PORT.CONTROLLER}`, advertised: `kafka-${index + 1}:${PORT.CONTROLLER}` },
    internal: { bind: `0.0.0.0:${PORT.INTERNAL}`, advertised: `kafka-${index + 1}:${PORT.INTERNAL}` },
  }));
}

/** Brokers as containers of apache/kafka's image, or of KAFKA_IMAGE, which must have its interface. */
export async function startDocker(options: BrokerOptions, certificates: Certificates): Promise<Cluster> {
  const network = dockerNetwork();
  for (let attempt = 1; ; attempt++) {
    const layout = network === 'host' ? await loopbackLayout(options.nodes ?? 1) : await publishedLayout(options.nodes ?? 1);
    const cluster = new DockerCluster(layout, network, options, certificates);
    try {
      await cluster.create();
      return cluster;
    } catch (error) {
      await cluster.close();
      if (attempt === 3 || !/address already in use|port is already allocated/i.test(String(error))) throw error;
    }
  }
}

class DockerCluster implements Cluster {
  readonly layout: readonly NodeLayout[];
  readonly #mode: DockerNetwork;
  readonly #options: BrokerOptions;
  readonly #certificates: Certificates;
  readonly #clusterId = clusterId();
  readonly #containers = new Map<number, StartedTestContainer>();
  #network: StartedNetwork | null = null;

  constructor(layout: readonly NodeLayout[], mode: DockerNetwork, options: BrokerOptions, certificates: Certificates) {
    this.layout = layout;
    this.#mode = mode;
    this.#options = options;
    this.#certificates = certificates;
  }

  async create(): Promise<void> {
    if (this.#mode === 'published') this.#network = await new Network().start();
    const results = await Promise.allSettled(this.layout.map(async (node) => this.#containers.set(node.id, await this.#container(node).start())));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async start(node: number): Promise<void> {
    const container = await this.#lowLevel(node);
    if ((await container.inspect()).State.Running) return;
    const since = Math.floor(Date.now() / 1000);
    await container.start();
    const logs = await container.logs({ follow: true, stdout: true, stderr: true, since });
    let text = '';
    const limit = AbortSignal.timeout(READY_TIMEOUT_MS);
    try {
      for (;;) {
        const [chunk] = (await once(logs, 'data', { signal: limit, close: ['end'] } as object)) as [Buffer];
        text += chunk.toString('latin1');
        if (READY.test(text)) return;
      }
    } catch (error) {
      throw new Error(`Kafka node ${node} was not ready ${READY_TIMEOUT_MS / 1000} s after its container started again:\n${text.slice(-3000)}`, { cause: error });
    } finally {
      (logs as unknown as { destroy(): void }).destroy();
    }
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

  async close(): Promise<void> {
    await Promise.all([...this.#containers.values()].map((container) => container.stop({ remove: true, removeVolumes: true, timeout: 0 })));
    this.#containers.clear();
    await this.#network?.stop();
    this.#network = null;
  }

  #container(node: NodeLayout): GenericContainer {
    const properties = serverProperties(node, this.layout, { storeDir: MOUNTED, dataDir: DATA }, this.#options.config ?? {});
    const files = { ...storeFiles(this.#certificates), 'server.properties': properties };
    const container = new GenericContainer(process.env['KAFKA_IMAGE'] || DEFAULT_IMAGE)
      .withEnvironment({ CLUSTER_ID: this.#clusterId, KAFKA_HEAP_OPTS: '-Xmx512m' })
      .withCopyContentToContainer(Object.entries(files).map(([name, content]) => ({ content, target: `${MOUNTED}/${name}` })))
      .withWaitStrategy(Wait.forLogMessage(READY))
      .withStartupTimeout(READY_TIMEOUT_MS);
    if (!this.#network) return container.withNetworkMode('host');
    return container
      .withNetwork(this.#network)
      .withNetworkAliases(`kafka-${node.id}`)
      .withExposedPorts(...LISTENERS.map((name) => ({ container: PORT[name], host: Number(node.listeners[name].advertised.split(':')[1]) })));
  }

  // testcontainers' own stop removes the container, and with it the data; its restart waits for no log line of the second start.
  async #lowLevel(node: number) {
    const container = this.#containers.get(node);
    if (!container) throw new Error(`There is no node ${node}.`);
    return (await getContainerRuntimeClient()).container.dockerode.getContainer(container.getId());
  }
}
