import type { Program } from '../program/program.ts';
import type { Connectors } from './connector-factory.ts';

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
        schemas: null,
      }),
    destination: (choice) =>
      composeDestination(createDestination({ component, capabilities, secretFiles: true, ...choice }), { log: choice.log, schemas: null }),
    watched: (watch) => program.capabilities({ connectorId: '', watch }),
  };
}
