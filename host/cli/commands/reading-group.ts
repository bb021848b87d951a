/** The consumer group in which `pipe` reads, where the user has named none. */
import { randomUUID } from 'node:crypto';
import { sleep } from '../../base/wait.ts';
import type { Lookups } from '../../kafka/client.ts';
import { faultType } from '../../kafka/fault.ts';
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

/** Stands between a source and Kafka, and deletes the group of a made-up name when it is done with. */
export class ReadingGroup {
  /** The made-up group, and who can delete it. */
  #used: { group: string; topics: readonly string[]; lookups: Lookups } | null = null;

  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (...options) => inner.openProducer(...options),
      openConsumer: async (connection, options, context) => {
        const { group, topics } = options;
        if (!group.startsWith(MADE_UP)) return inner.openConsumer(connection, options, context);
        // Made now, for its secrets are gone when the source is closed. It connects later.
        const client = clientOf(connection, { ...parts, asker: 'deletion of the consumer group' });
        const lookups = client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS });
        const consumer = await inner.openConsumer(connection, options, context);
        this.#used = { group, topics, lookups };
        return consumer;
      },
    };
  }

  /**
   * Deletes the group if its name is made up; with `keepsCommits` only if it has committed nothing. After the source is closed. Resolves with the name of the
   * group if it is kept for its commits. Never rejects, for a group that stays does no harm.
   */
  async remove({ keepsCommits }: { keepsCommits: boolean }): Promise<string | null> {
    const used = this.#used;
    this.#used = null;
    if (used === null) return null;
    const { group, topics, lookups } = used;
    try {
      await lookups.connect();
      if (keepsCommits && (await lookups.committedOffsets(group, topics)).some(({ offset }) => offset >= 0n)) return group;
      await deleteGroup(lookups, group);
    } catch {
      // Its name says what it is.
    } finally {
      await lookups.close(CLOSE_MS);
    }
    return null;
  }
}

async function deleteGroup(lookups: Lookups, group: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await lookups.deleteGroup(group);
      return;
    } catch (error) {
      if (tries === DELETE_TRIES || faultType(error) !== 'NON_EMPTY_GROUP') throw error;
      await sleep(DELETE_PAUSE_MS);
    }
  }
}
