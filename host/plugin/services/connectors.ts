import { createDestination, createSource, specify } from '../../connector.ts';
import { composeDestination } from '../../connector/destination.ts';
import { composeSource } from '../../connector/source.ts';
import type { Program } from '../../program/program.ts';
import { schemaService, type SchemaService } from '../../sdk/index.ts';
import { Net } from '../../net/net.ts';
import type { PluginEnvironment } from '../process/environment.ts';
import type { PluginConnectors } from '../process/serve.ts';

/** The connectors of a plugin process. */
export function pluginConnectors(environment: PluginEnvironment, program: Program): PluginConnectors {
  const { connectorId, utilitiesTarget, token } = environment;
  const net = new Net();
  const { component, destinationDefaults: defaults } = program;
  const capabilities = program.capabilities({ connectorId, net });
  let service: SchemaService | null = null;
  const schemas = (): SchemaService => (service ??= schemaService({ target: utilitiesTarget, token, net }));
  return {
    specify: () => specify({ component, capabilities }),
    source: (log) => composeSource(createSource({ log, component, capabilities, secretFiles: true }), { log, connectorId, schemas }),
    destination: (log) =>
      composeDestination(createDestination({ log, component, capabilities, secretFiles: true }), { log, schemas, defaults }),
    sourceDeleted: async (settings, log) => program.sourceDeleted?.(settings, { connectorId, log }),
  };
}
