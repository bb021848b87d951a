import { createDestination, createSource, specify } from '../../connector.ts';
import { composeDestination } from '../../connector/destination.ts';
import { composeSource } from '../../connector/source.ts';
import { kafkaCapabilities } from '../../kafka/index.ts';
import { schemaService, type SchemaService } from '../../sdk/index.ts';
import { Net } from '../../net/net.ts';
import type { PluginEnvironment } from '../process/environment.ts';
import type { PluginConnectors } from '../process/serve.ts';
import { cleanUpDeletedSource, ownerText } from './deleted-source.ts';

/**
 * A destination waits out an outage, however long, unless the operator has set `deliveryTimeout`. A record that is refused ends a pipeline
 * without a dead-letter queue, and arch-v2 of Conduit v0.19.0 never starts that again; the Go connector has no limit there either. The default
 * of the specification is for programs that can ask their user.
 */
const PATIENT = { deliveryTimeout: '0s' };

/** The Kafka connectors of a plugin process. */
export function pluginConnectors(environment: PluginEnvironment): PluginConnectors {
  const { connectorId, utilitiesTarget, token } = environment;
  const net = new Net();
  let service: SchemaService | null = null;
  const schemas = (): SchemaService => (service ??= schemaService({ target: utilitiesTarget, token, net }));
  return {
    specify: () => specify(),
    source: (log) => {
      const capabilities: Parameters<typeof createSource>[0]['capabilities'] = (secrets, quiet) =>
        kafkaCapabilities({ secrets, log: quiet, net, commitMetadata: ownerText(connectorId) });
      return composeSource(createSource({ log, capabilities }), { log, connectorId, schemas });
    },
    destination: (log) => composeDestination(createDestination({ log, net }), { log, schemas, defaults: PATIENT }),
    sourceDeleted: (settings, log) => cleanUpDeletedSource(settings, { connectorId, net, log }),
  };
}
