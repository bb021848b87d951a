/** Refuses a pipe that would read its own output: source and destination are the same cluster, and a topic of the source can be a topic of the destination. */
import { ConnectorError } from '../../base/errors.ts';
import type { Connection } from '../../kafka/contract.ts';
import { clientOf, type Kafka } from '../../kafka/index.ts';
import type { EndsParts } from './topic-ends.ts';

const CLOSE_MS = 500;

/** Asks the brokers for the id of their cluster; null where they have none (before Kafka 0.10.1). */
export type AskClusterId = (connection: Connection, parts: EndsParts) => Promise<string | null>;

interface Side {
  connection: Connection;
  parts: EndsParts;
}

/** Wraps the Kafka of both connectors of a pipe. The destination must be opened first. */
export class LoopGuard {
  readonly #templates: readonly string[];
  readonly #askClusterId: AskClusterId;
  #destination: Side | null = null;

  /** `templates`: the values of `topic` of all destinations. */
  constructor(templates: readonly string[], askClusterId: AskClusterId = clusterId) {
    this.#templates = templates;
    this.#askClusterId = askClusterId;
  }

  destination(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openConsumer: (...options) => inner.openConsumer(...options),
      openProducer: (connection, ...options) => {
        this.#destination = { connection, parts };
        return inner.openProducer(connection, ...options);
      },
    };
  }

  source(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (...options) => inner.openProducer(...options),
      openConsumer: async (connection, options, context) => {
        const source = { connection, parts: { ...parts, signal: context.signal } };
        for (const template of this.#templates) {
          const topic = options.topics.find((name) => canBeTopic(template, name));
          if (topic !== undefined) await this.#refuseLoop(topic, template, source);
        }
        return inner.openConsumer(connection, options, context);
      },
    };
  }

  async #refuseLoop(topic: string, template: string, source: Side): Promise<void> {
    const destination = this.#destination;
    if (destination === null || !(await this.#isOneCluster(source, destination))) return;
    throw loopError(topic, template);
  }

  async #isOneCluster(source: Side, destination: Side): Promise<boolean> {
    const { signal } = source.parts;
    const ids = await Promise.all(
      [source, destination].map(({ connection, parts }) => this.#askClusterId(connection, { ...parts, signal })),
    );
    if (ids[0] !== null && ids[1] !== null) return ids[0] === ids[1];
    return source.connection.servers.some((server) => destination.connection.servers.includes(server));
  }
}

/**
 * True if the template can give this name for some record. An action in braces can give any text, so only the fixed beginning and end of the template are
 * compared.
 */
export function canBeTopic(template: string, topic: string): boolean {
  if (!isTemplate(template)) return template === topic;
  const begin = template.slice(0, template.indexOf('{{')).trim();
  const end = template.slice(template.lastIndexOf('}}') + 2).trim();
  return topic.length >= begin.length + end.length && topic.startsWith(begin) && topic.endsWith(end);
}

/** The error for a pipe within one cluster that reads this topic and writes to this topic or template. */
export function loopError(topic: string, template: string): ConnectorError {
  const topics = isTemplate(template) ? `topic=${template} of the destination can be "${topic}"` : `both topics are "${topic}"`;
  return new ConnectorError(
    'config.invalid',
    `the pipe would read its own output: source and destination are the same Kafka cluster, and ${topics}; ` +
      `write to another topic, for example ${topic}-copy`,
    { fields: { setting: 'topic', topic } },
  );
}

function isTemplate(topic: string): boolean {
  return topic.includes('{{');
}

async function clusterId(connection: Connection, { signal, ...parts }: EndsParts): Promise<string | null> {
  const client = clientOf(connection, { ...parts, asker: 'look-up of the cluster' });
  await client.reach(signal); // if no broker answers, it rejects with the error that `open` gives
  const lookups = client.lookups({ retries: 1, signal });
  try {
    await lookups.connect();
    return await lookups.clusterId();
  } catch (error) {
    throw ConnectorError.from(error, 'kafka.unreachable');
  } finally {
    await lookups.close(CLOSE_MS);
  }
}
