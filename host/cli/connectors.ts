import type { Connectors } from './ports.ts';

/** The connectors of this package, loaded when first used: help and mistakes in the arguments need no component. */
export async function kafkaConnectors(): Promise<Connectors> {
  const [{ createDestination, createSource, specify }, { kafkaCapabilities }] = await Promise.all([
    import('../connector.ts'),
    import('../kafka/index.ts'),
  ]);
  return {
    specify: () => specify(),
    source: (options) => createSource(options),
    destination: (options) => createDestination(options),
    watched: (backlog) => (secrets, log) => backlog.watch(kafkaCapabilities({ secrets, log }), secrets, log),
  };
}
