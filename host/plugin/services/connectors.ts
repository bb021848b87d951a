import { createDestination, createSource, specify } from '../../connector.ts';
import { kafkaCapabilities } from '../../kafka/index.ts';
import type { SchemaService } from '../../sdk/index.ts';
import { cleanUpDeletedSource, ownerText } from './deleted-source.ts';
import type { PluginEnvironment } from '../process/environment.ts';
import { patientDestination } from './patient-destination.ts';
import type { PluginConnectors } from '../process/serve.ts';

/** The Kafka connectors and their middleware, for a plugin process. */
export function pluginConnectors(environment: PluginEnvironment): PluginConnectors {
  const middleware = import('../../sdk/index.ts');
  const schemas = async (): Promise<() => SchemaService> => {
    const { schemaService } = await middleware;
    let service: SchemaService | null = null;
    return () => (service ??= schemaService({ target: environment.utilitiesTarget, token: environment.token }));
  };
  return {
    specify: () => specify(),
    source: (log) =>
      createSource({
        log,
        capabilities: (secrets, quiet) => kafkaCapabilities({ secrets, log: quiet, commitMetadata: ownerText(environment.connectorId) }),
      }),
    destination: (log) => patientDestination(createDestination({ log })),
    sourceDeleted: (config, log) => cleanUpDeletedSource(config, environment.connectorId, log),
    sourceMiddleware: async (settings, log) => {
      const { sourceMiddleware } = await middleware;
      return sourceMiddleware({ settings, log, connectorId: environment.connectorId, schemas: await schemas() });
    },
    destinationMiddleware: async (settings, log) => {
      const { destinationMiddleware } = await middleware;
      return destinationMiddleware({ settings, log, schemas: await schemas() });
    },
  };
}
