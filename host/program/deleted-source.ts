import { createSource } from '../connector.ts';
import { ConnectorError } from '../base/errors.ts';
import { kafkaCapabilities, standardCapabilities } from '../capability/index.ts';
import { createKafka, deleteGroupsOf, type Kafka } from '../kafka/index.ts';
import type { Log } from '../base/log.ts';
import type { Net } from '../net/net.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { ComponentSource } from '../runtime/component.ts';

/** Conduit waits for the answer to a lifecycle event, so the deletion of a group must not take long. */
const LIMIT_MS = 10_000;

export interface DeletedSource {
  connectorId: string;
  net: Net;
  component: () => Promise<ComponentSource>;
  log: Log;
}

/** The metadata text that a source commits with its offsets, by which its group is recognised when the source is deleted. Kafka keeps 4096 bytes. */
export function ownerText(connectorId: string): string {
  return `conduit-connector-kafka-wasm ${connectorId.slice(0, 200)}`;
}

/**
 * Deletes the consumer group of a source that was deleted for good, if the source had made up the group's name. A group that the settings name
 * belongs to the user and stays. Never rejects: a group that is left over does no harm, a failed lifecycle event would.
 */
export async function cleanUpDeletedSource(settings: Settings, deleted: DeletedSource): Promise<void> {
  const { connectorId, component, net, log } = deleted;
  if ((settings.groupID ?? '') !== '' || connectorId === '') return;
  const connector = createSource({
    log,
    component,
    secretFiles: true,
    // The guest logs nothing here: its lines would report a source that opens.
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

/**
 * A Kafka that deletes the source's groups when a consumer is opened, and then refuses to open it. The guest is opened with it because only the
 * guest can turn the settings into a connection and topics.
 */
function deletingKafka(commitMetadata: string, parts: { secrets: SecretReader; log: Log; net: Net }): Kafka {
  const { log } = parts;
  const refused = (): ConnectorError => new ConnectorError('cancelled', 'the source was deleted');
  return {
    openConsumer: async (connection, options, context) => {
      const { topics } = options;
      const late = AbortSignal.timeout(LIMIT_MS);
      const signal = AbortSignal.any([late, context.signal]);
      // The guest chooses the topics from a list.
      if (options.group === '') return createKafka(parts).openConsumer(connection, options, { ...context, signal });
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
