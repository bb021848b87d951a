/** The consumer group in which a command reads, where the user has named none or a position says where to begin. */
import { randomUUID } from 'node:crypto';
import { ConnectorError } from '../../base/errors.ts';
import { sleep } from '../../base/wait.ts';
import type { Lookups } from '../../kafka/client.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import type { ConsumerOptions, PartitionOffset } from '../../kafka/contract.ts';
import { connectorError, faultType } from '../../kafka/fault.ts';
import { clientOf, type Kafka } from '../../kafka/index.ts';
import type { Param } from '../../runtime/contract.ts';
import type { Settings } from '../settings/settings.ts';
import type { EndsParts } from './topic-ends.ts';

/** What the names of groups begin with that the command line has made up. */
export const MADE_UP = 'kafka-wasm-cli-';
const LOOKUP_MS = 10_000;
const CLOSE_MS = 500;
/** A member that has left may be known to the broker for a moment. */
const DELETE_TRIES = 3;
const DELETE_PAUSE_MS = 200;

/** The settings of a source with a group of its own, if they name none and the component knows groups. */
export function withGroup(settings: Settings, params: readonly Param[]): Settings {
  if (settings.groupID || !params.some(({ name }) => name === 'groupID')) return settings;
  return { ...settings, groupID: MADE_UP + randomUUID() };
}

/**
 * Stands between a source and Kafka. A source with a position reads in a group of its own, so that it begins behind that record whatever its
 * group has committed, and so that the commits of the group stay. Groups with made-up names are deleted when they are done with.
 */
export class ReadingGroup {
  readonly #positioned: boolean;
  /** The made-up group, and who can delete it. */
  #used: { group: string; lookups: Lookups } | null = null;

  constructor({ positioned }: { positioned: boolean }) {
    this.#positioned = positioned;
  }

  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (...options) => inner.openProducer(...options),
      openConsumer: async (connection, options, context) => {
        const client = clientOf(connection, { ...parts, asker: 'look-up of the position' });
        let own = options;
        if (this.#positioned) {
          await client.reach(context.signal); // if no broker answers, it rejects with the error that `open` gives
          const lookups = client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS, signal: context.signal });
          try {
            await lookups.connect();
            own = { ...options, group: MADE_UP + randomUUID(), resume: await startOf(lookups, options) };
          } catch (error) {
            throw connectorError(error);
          } finally {
            await lookups.close(CLOSE_MS);
          }
        }
        // Made now, for its secrets are gone when the source is closed. It connects later.
        if (own.group.startsWith(MADE_UP))
          this.#used = { group: own.group, lookups: client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS }) };
        return inner.openConsumer(connection, own, context);
      },
    };
  }

  /** Deletes the group if its name is made up. After the source is closed; never rejects, for a group that stays does no harm. */
  async remove(): Promise<void> {
    const used = this.#used;
    this.#used = null;
    if (used === null) return;
    try {
      await used.lookups.connect();
      for (let tries = 1; ; tries++) {
        try {
          await used.lookups.deleteGroup(used.group);
          break;
        } catch (error) {
          if (tries === DELETE_TRIES || faultType(error) !== 'NON_EMPTY_GROUP') throw error;
          await sleep(DELETE_PAUSE_MS);
        }
      }
    } catch {
      // Its name says what it is.
    } finally {
      await used.lookups.close(CLOSE_MS);
    }
  }
}

/**
 * Where the partitions begin: that of the position behind its record, the others of the topics at the commits of the position's group. Rejects with
 * `position.invalid` if there can be no such record.
 */
async function startOf(lookups: Lookups, { topics, group, resume }: ConsumerOptions): Promise<PartitionOffset[]> {
  const [position] = resume;
  if (position === undefined) throw invalid(`it names no record of ${topics.map((topic) => `"${topic}"`).join(', ')}`);
  const { topic, partition, nextOffset } = position;
  const { found, missing } = await findTopics(lookups, topics);
  if (missing.includes(topic)) throw invalid(`there is no topic "${topic}"`);
  const ranges = await lookups.ranges(topic);
  const range = ranges.find((entry) => entry.partition === partition);
  if (range === undefined)
    throw invalid(`it names partition ${partition}, and topic "${topic}" has the partitions 0 to ${ranges.length - 1}`);
  if (nextOffset > range.high)
    throw invalid(`it names offset ${nextOffset - 1n}, and partition ${partition} of topic "${topic}" ends before offset ${range.high}`);
  const commits = await lookups.committedOffsets(group, found);
  const others = commits.filter((commit) => commit.offset >= 0n && !(commit.topic === topic && commit.partition === partition));
  return [position, ...others.map((commit) => ({ topic: commit.topic, partition: commit.partition, nextOffset: commit.offset }))];
}

function invalid(why: string): ConnectorError {
  return new ConnectorError('position.invalid', `--position cannot be meant: ${why}`);
}
