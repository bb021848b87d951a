import { createSource } from '../connector.ts';
import { ConnectorError } from '../base/errors.ts';
import { kafkaCapabilities, standardCapabilities } from '../capability/index.ts';
import { deleteGroupsOf, type Kafka } from '../kafka/index.ts';
import type { Log } from '../base/log.ts';
import type { Net } from '../net/net.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { ComponentSource } from '../runtime/component.ts';

/** Conduit waits for the answer to a lifecycle event; nobody waits long for a deletion. */
const LIMIT_MS = 10_000;

export interface DeletedSource {
  connectorId: string;
  net: Net;
  component: () => Promise<ComponentSource>;
  log: Log;
}

/** What the connector writes beside its committed offsets, so that its group is known when it is deleted. Kafka keeps 4096 bytes. */
export function ownerText(connectorId: string): string {
  return `conduit-connector-kafka-wasm ${connectorId.slice(0, 200)}`;
}

/**
 * A source was deleted for good: deletes its consumer group, if its name was made up. A group that the settings name is its
 * user's. Never rejects: a group that stays does no harm, and a deletion that fails would.
 */
export async function cleanUpDeletedSource(settings: Settings, deleted: DeletedSource): Promise<void> {
  const { connectorId, component, net, log } = deleted;
  if ((settings.groupID ?? '') !== '' || connectorId === '') return;
  const connector = createSource({
    log,
    component,
    // The guest's own lines would speak of a source that opens.
    capabilities: (secrets, _log, limits) => [
      ...standardCapabilities(() => {}, limits),
      ...kafkaCapabilities(deletingKafka(ownerText(connectorId), { secrets, log, net })),
    ],
  });
  try {
    const invalid = await connector.configure(settings);
    if (invalid.length === 0) await connector.open(null);
  } catch (error) {
    const known = ConnectorError.from(error);
    if (known.code !== 'cancelled') log('debug', `the deleted source could not be opened: ${known.message}`);
  } finally {
    await connector.teardown();
  }
}

/** The guest alone knows what the settings mean: it is opened with a Kafka that does nothing but this, and refuses to open. */
function deletingKafka(commitMetadata: string, parts: { secrets: SecretReader; log: Log; net: Net }): Kafka {
  const { log } = parts;
  const refused = (): ConnectorError => new ConnectorError('cancelled', 'the source was deleted');
  return {
    openConsumer: async (connection, { topics }, context) => {
      const late = AbortSignal.timeout(LIMIT_MS);
      const signal = AbortSignal.any([late, context.signal]);
      try {
        const groups = await deleteGroupsOf({ ...parts, connection, topics, commitMetadata, signal });
        for (const group of groups) log('info', 'the consumer group of the deleted source is deleted', { group });
      } catch (error) {
        const reason = late.aborted ? `not done within ${LIMIT_MS / 1000} s` : ConnectorError.from(error).message;
        log('warn', `the consumer group of the deleted source may be left: ${reason}`);
      }
      throw refused();
    },
    openProducer: () => Promise.reject(refused()),
  };
}
