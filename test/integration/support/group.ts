/** Members of one consumer group, each with a pump that reads, commits, and remembers. */
import { expect } from 'vitest';
import { openConsumer } from '../../../host/kafka/consume/consumer.ts';
import type { ConsumerHandle } from '../../../host/kafka/handles.ts';
import { commit, factoryOf, flatten, type LogLine, type Read } from '../kafka-client.ts';
import { connectionTo } from '../../support/connection.ts';

const TIMES = { heartbeatIntervalMs: 200, sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 10_000, maxWaitMs: 100 };

/** Owners by `topic/partition`. */
export type Owners = Record<string, string>;

export class Member {
  readonly name: string;
  readonly topics: readonly string[];
  readonly lines: LogLine[] = [];
  /** Committed. */
  readonly records: Read[] = [];
  #handle: ConsumerHandle | null = null;
  #pump: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(name: string, topics: readonly string[]) {
    this.name = name;
    this.topics = topics;
  }

  async join(servers: string, group: string, times: Partial<typeof TIMES & { metadataMaxAgeMs: number }> = {}): Promise<void> {
    const factory = factoryOf({ connection: connectionTo(servers, { clientId: this.name }), lines: this.lines });
    const options = { topics: [...this.topics], group, fromBeginning: true, resume: [] };
    this.#handle = await openConsumer(factory, options, { times: { ...TIMES, ...times } });
    this.#pump = this.#read(this.#handle);
  }

  async leave(): Promise<void> {
    this.#stopped = true;
    this.#handle?.wake();
    await this.#pump;
    await this.#handle?.close();
  }

  async #read(handle: ConsumerHandle): Promise<void> {
    while (!this.#stopped) {
      const records = flatten(await handle.poll(1_000, 1 << 20, 200));
      if (records.length === 0) continue;
      await commit(handle, records);
      this.records.push(...records);
    }
  }

  get joins(): number {
    return this.#joinLines().length;
  }

  /** Partitions of its newest assignment, as `topic/partition`. */
  get partitions(): string[] {
    const text = this.#joinLines().at(-1)?.fields['partitions'] ?? '';
    return text
      .split(' ')
      .filter((part) => part !== '')
      .flatMap((part) => {
        const [topic, numbers] = part.split(':') as [string, string];
        return numbers.split('+').map((partition) => `${topic}/${partition}`);
      });
  }

  #joinLines(): LogLine[] {
    return this.lines.filter(({ message }) => message === 'joined the consumer group');
  }
}

/** The owner of each partition in the newest assignments; fails if a partition has two. */
export function ownersOf(members: readonly Member[]): Owners {
  const owners: Owners = {};
  for (const member of members) {
    for (const key of member.partitions) {
      expect(owners[key], `${key} has two owners`).toBeUndefined();
      owners[key] = member.name;
    }
  }
  return owners;
}

/** Makes a change to the group, and waits until every member has joined again and the partitions are all owned. */
export async function settle(members: readonly Member[], partitions: readonly string[], change: () => Promise<void>): Promise<Owners> {
  const before = new Map(members.map((member) => [member, member.joins]));
  await change();
  let owners: Owners = {};
  await expect
    .poll(
      () => {
        for (const [member, joins] of before) if (member.joins === joins) return `${member.name} has not joined again`;
        try {
          owners = ownersOf(members);
        } catch (error) {
          return (error as Error).message;
        }
        return Object.keys(owners).sort();
      },
      { timeout: 20_000, interval: 50 },
    )
    .toEqual([...partitions].sort());
  return owners;
}
