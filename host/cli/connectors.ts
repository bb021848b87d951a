import type { Program } from '../program/program.ts';
import { ConnectorError } from '../base/errors.ts';
import type { ConnectorChoice, Connectors } from './connector-factory.ts';

/** The connectors of a program. The program is loaded when they are first used, because help and wrong arguments need no component. */
export async function programConnectors(load: () => Promise<Program>): Promise<Connectors> {
  const [program, { createDestination, createSource, specify }, { composeSource }, { composeDestination }] = await Promise.all([
    load(),
    import('../connector.ts'),
    import('../connector/source.ts'),
    import('../connector/destination.ts'),
  ]);
  const { component } = program;
  const capabilities = program.capabilities({ connectorId: '' });
  return {
    specify: () => specify({ component, capabilities }),
    source: (choice) =>
      composeSource(createSource({ component, capabilities, secretFiles: true, ...choice }), {
        log: choice.log,
        connectorId: '',
        schemas: schemasOf(choice),
      }),
    destination: (choice) =>
      composeDestination(createDestination({ component, capabilities, secretFiles: true, ...choice }), {
        log: choice.log,
        schemas: schemasOf(choice),
      }),
    watched: (watch) => program.capabilities({ connectorId: '', watch }),
  };
}

/** The command line reaches no schema service. */
function schemasOf({ isInConduit }: ConnectorChoice): (() => never) | null {
  if (isInConduit !== true) return null;
  return () => {
    throw new ConnectorError('internal', 'a connector that only checks settings asks for schemas');
  };
}
