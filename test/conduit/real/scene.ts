/** What the tests with a real Conduit share: a folder, topics, and the two ends of a pipeline. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { uniqueName } from '../../support/broker.ts';
import { PLUGIN, startConduit, type Conduit, type ConduitOptions, type Connector } from './conduit.ts';
import { Topics, type TopicRecord } from '../../support/topics.ts';
import { eventually, sleep } from '../../support/wait.ts';

/** `opencdc/json`, as the connectors write it. */
export interface OpenCdc {
  position: string;
  operation: string;
  metadata: Record<string, string>;
  key: unknown;
  payload: { before: unknown; after: unknown };
}

export class Scene {
  readonly servers: string;
  readonly topics: Topics;
  readonly folder: string;
  readonly #running: Conduit[] = [];

  private constructor(servers: string, folder: string) {
    this.servers = servers;
    this.topics = new Topics(servers);
    this.folder = folder;
  }

  static async open(servers: string): Promise<Scene> {
    return new Scene(servers, await mkdtemp(join(tmpdir(), 'real-conduit-')));
  }

  async topic(partitions = 1, config: Record<string, string> = {}): Promise<string> {
    const name = uniqueName('real');
    await this.topics.create(name, partitions, config);
    return name;
  }

  source(topic: string, settings: Record<string, string> = {}, plugin = 'standalone:kafka-wasm'): Connector {
    return { plugin, settings: { servers: this.servers, topics: topic, readFromBeginning: 'true', ...settings } };
  }

  destination(topic: string, settings: Record<string, string> = {}, plugin = 'standalone:kafka-wasm'): Connector {
    return { plugin, settings: { servers: this.servers, topic, ...settings } };
  }

  async run(options: Omit<ConduitOptions, 'folder' | 'plugins'>): Promise<Conduit> {
    const conduit = await startConduit({ folder: this.folder, plugins: [PLUGIN], ...options });
    this.#running.push(conduit);
    return conduit;
  }

  /** Waits until the topic holds so many records. */
  async arrived(topic: string, count: number, timeoutMs = 60_000): Promise<void> {
    const counter = await this.topics.counter(topic);
    try {
      let seen = 0;
      let problem = '';
      const arrived = async (): Promise<boolean> => {
        // A broker that has just come back answers with errors for a while.
        seen = await counter.count().catch((error: Error) => ((problem = error.message), seen));
        return seen >= count;
      };
      await eventually(arrived, timeoutMs, `${count} records in ${topic}`).catch((error: Error) => {
        throw new Error(`${error.message}; there are ${seen}. ${problem}`);
      });
    } finally {
      await counter.close();
    }
  }

  /** Waits until nothing has arrived for a while: everything that will come has come. */
  async quiet(topic: string, quietMs = 4000): Promise<void> {
    for (let seen = -1, now = await this.topics.count(topic); seen !== now; now = await this.topics.count(topic)) {
      seen = now;
      await sleep(quietMs);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((conduit) => conduit.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function openCdc(record: TopicRecord): OpenCdc {
  return JSON.parse(record.value!.toString()) as OpenCdc;
}

/** The text of a raw payload. */
export function afterText(record: TopicRecord): string {
  const { after } = openCdc(record).payload;
  return Buffer.from(after as string, 'base64').toString();
}

export const numbered = (i: number): Buffer => Buffer.from(`value ${i}`);

/** How often each of `count` numbered values came: the lost and the repeated. */
export function tally(records: readonly TopicRecord[], count: number): { lost: number; repeated: number } {
  const times = new Map<string, number>();
  for (const record of records) {
    const text = afterText(record);
    times.set(text, (times.get(text) ?? 0) + 1);
  }
  let lost = 0;
  for (let i = 0; i < count; i++) if (!times.has(`value ${i}`)) lost++;
  return { lost, repeated: records.length - times.size };
}

/** Of which record the source made this one, from its position. */
export function originOf(record: TopicRecord): { group: string; partition: number; offset: number } {
  return parsePosition(Buffer.from(openCdc(record).position, 'base64').toString());
}

export function parsePosition(position: string): { group: string; partition: number; offset: number } {
  const {
    GroupID: group,
    Partition: partition,
    Offset: offset,
  } = JSON.parse(position) as {
    GroupID: string;
    Partition: number;
    Offset: number;
  };
  return { group, partition, offset };
}

/** Values of one input partition must come in their order, whatever is repeated: the first time of each counts. */
export function expectOrder(records: readonly TopicRecord[]): void {
  expectRuns(records, new Map());
}

/** The same, from `starts` on: the first offset that may come of each partition; 0 where it is not named. */
export function expectRuns(records: readonly TopicRecord[], starts: ReadonlyMap<number, number>): void {
  const next = new Map<number, number>();
  for (const record of records) {
    const { partition, offset } = originOf(record);
    const first = starts.get(partition) ?? 0;
    const expected = next.get(partition) ?? first;
    if (offset >= first && offset < expected) continue; // again
    expect(offset, `the next record of partition ${partition}`).toBe(expected);
    next.set(partition, offset + 1);
  }
}

/**
 * Where a source must read on, of every partition: at its group's commit, or behind the position that Conduit has stored if that is
 * later.
 */
export function resumePoints(stored: string, commits: ReadonlyMap<number, number>): Map<number, number> {
  const points = new Map(commits);
  if (stored === '') return points;
  const { partition, offset } = parsePosition(stored);
  return points.set(partition, Math.max(offset + 1, points.get(partition) ?? 0));
}
