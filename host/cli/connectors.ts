import type { Connectors } from './connector-factory.ts';

/** The connectors of this package, loaded when first used: help and mistakes in the arguments need no component. */
export async function kafkaConnectors(): Promise<Connectors> {
  const [{ createDestination, createSource, specify }, { composeSource }, { composeDestination }, { kafkaCapabilities }, { Net }] =
    await Promise.all([
      import('../connector.ts'),
      import('../connector/source.ts'),
      import('../connector/destination.ts'),
      import('../kafka/index.ts'),
      import('../net/net.ts'),
    ]);
  const net = new Net();
  return {
    specify: () => specify(),
    source: (choice) => composeSource(createSource(choice), { log: choice.log, connectorId: '', schemas: null }),
    destination: (choice) => composeDestination(createDestination(choice), { log: choice.log, schemas: null }),
    watched: (backlog) => (secrets, log) => backlog.watch(kafkaCapabilities({ secrets, log, net }), { secrets, log, net }),
  };
}
