import type { Connectors, DestinationPort, PortOptions, SourcePort } from './ports.ts';

/** The connectors of this package, loaded when first used: help and mistakes in the arguments need no component. */
export async function kafkaConnectors(): Promise<Connectors> {
  const { createDestination, createSource, specify } = await import('../connector.ts');
  return {
    specify: () => specify(),
    source: (options: PortOptions): SourcePort => createSource(options),
    destination: (options: PortOptions): DestinationPort => createDestination(options),
  };
}
