/**
 * Consumer groups whose names a connector made up. Nobody else knows such a name, so nobody else would ever delete the group
 * when its connector is gone; what tells whose it is, is the text that the connector writes beside its committed offsets.
 */
import type { SecretReader } from '../../base/secrets.ts';
import type { Connection } from '../contract.ts';
import type { Log } from '../../base/log.ts';
import type { Net } from '../../net/net.ts';
import { ClientFactory } from '../kafkajs/client.ts';
import type { Admin } from '../kafkajs/kafkajs.ts';

/** The form of the names that the guest makes up; a name that a person has chosen hardly looks like one. */
const GENERATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A cluster can have thousands of groups; each costs a request. */
const MAX_GROUPS = 5_000;

export interface GeneratedGroupsOptions {
  connection: Connection;
  secrets: SecretReader;
  log: Log;
  net: Net;
  topics: readonly string[];
  /** `KafkaOptions.commitMetadata` of the connector that is gone. */
  commitMetadata: string;
  /** Ends the search between two requests. */
  signal: AbortSignal;
}

/**
 * Deletes the groups with a made-up name that carry this text on these topics; returns their names. Kafka refuses to delete
 * a group that still has members. Rejects with kafkajs' errors.
 */
export async function deleteGroupsOf(options: GeneratedGroupsOptions): Promise<string[]> {
  const { kafka, dialer } = new ClientFactory(options.connection, { ...options, asker: 'clean-up of consumer groups' }).create({
    retries: 1,
    signal: options.signal,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { groups } = await admin.listGroups();
    const names = groups.map(({ groupId }) => groupId).filter((name) => GENERATED.test(name));
    const deleted: string[] = [];
    for (const name of names.slice(0, MAX_GROUPS)) {
      options.signal.throwIfAborted();
      if (!(await isMarked(admin, name, options))) continue;
      await admin.deleteGroups([name]);
      deleted.push(name);
    }
    return deleted;
  } finally {
    await admin.disconnect().catch(() => undefined);
    dialer.destroy(new Error('closed'));
  }
}

async function isMarked(admin: Admin, groupId: string, options: GeneratedGroupsOptions): Promise<boolean> {
  const offsets = await admin.fetchOffsets({ groupId, topics: [...options.topics] });
  return offsets.some(({ partitions }) =>
    partitions.some(({ offset, metadata }) => offset !== '-1' && metadata === options.commitMetadata),
  );
}
