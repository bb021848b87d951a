/**
 * Consumer groups whose names a connector made up. Nobody else knows such a name, so nobody else deletes the group when its connector is
 * gone. The text that the connector writes beside its committed offsets tells whose group it is.
 */
import type { KafkaClient, Lookups } from '../client.ts';
import { connectorError } from '../fault.ts';

/** The form of the names that the guest makes up; a name that a person has chosen hardly looks like one. */
const GENERATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A cluster can have thousands of groups; each costs a request. */
const MAX_GROUPS = 5_000;
const CLOSE_MS = 1_000;

export interface OwnedGroups {
  topics: readonly string[];
  /** `KafkaOptions.commitMetadata` of the connector that is gone. */
  commitMetadata: string;
  /** Ends the search between two requests. */
  signal: AbortSignal;
}

/**
 * Deletes the groups with a made-up name that carry this text on these topics; returns their names. Kafka refuses to delete
 * a group that still has members. Rejects with ConnectorError.
 */
export async function deleteGroups(client: Pick<KafkaClient, 'lookups'>, owned: OwnedGroups): Promise<string[]> {
  const lookups = client.lookups({ retries: 1, signal: owned.signal });
  try {
    await lookups.connect();
    const names = (await lookups.groups()).filter((name) => GENERATED.test(name));
    const deleted: string[] = [];
    for (const name of names.slice(0, MAX_GROUPS)) {
      owned.signal.throwIfAborted();
      if (!(await isMarked(lookups, name, owned))) continue;
      await lookups.deleteGroup(name);
      deleted.push(name);
    }
    return deleted;
  } catch (error) {
    throw connectorError(error);
  } finally {
    await lookups.close(CLOSE_MS);
  }
}

async function isMarked(lookups: Lookups, group: string, { topics, commitMetadata }: OwnedGroups): Promise<boolean> {
  const offsets = await lookups.committedOffsets(group, topics);
  return offsets.some(({ offset, metadata }) => offset !== -1n && metadata === commitMetadata);
}
