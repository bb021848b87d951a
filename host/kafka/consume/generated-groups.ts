/**
 * Deletes consumer groups whose names a connector made up. No user knows such a name, so no user would delete the group when its connector is gone. The
 * metadata of the committed offsets names the connector to which a group belongs.
 */
import type { KafkaClient, Lookups } from '../client.ts';
import { connectorError } from '../fault.ts';

/** The form of the names that the guest makes up. A person hardly chooses such a name. */
const GENERATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Most groups that are looked at: a cluster can have thousands, and each costs a request. */
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
 * Deletes the groups with a made-up name whose commits on these topics have this metadata, and returns their names. Kafka refuses to delete a group that
 * still has members. Rejects with ConnectorError.
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
