import { createDestination, createSource, specify } from '../connector.ts';
import type { PluginEnvironment } from './environment.ts';
import type { PluginConnectors } from './serve.ts';

/** The Kafka connectors, for a plugin process. */
export function pluginConnectors(_environment: PluginEnvironment): PluginConnectors {
  return {
    specify: () => specify(),
    source: (log) => createSource({ log }),
    destination: (log) => createDestination({ log }),
  };
}
