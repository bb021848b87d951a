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
  #used: { group: string; lookups: Lookups } | null = null;

  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (...options) => inner.openProducer(...options),
      openConsumer: (connection, options, context) => {
        // Made now, for its secrets are gone when the source is closed. It connects later.
        if (options.group.startsWith(MADE_UP)) {
          const client = clientOf(connection, { ...parts, asker: 'deletion of the consumer group' });
          this.#used = { group: options.group, lookups: client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS }) };
        }
        return inner.openConsumer(connection, options, context);
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
