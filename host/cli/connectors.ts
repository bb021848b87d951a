import type { Log } from '../log.ts';
import type { Capabilities, SecretReader } from '../runtime/contract.ts';
import type { Connectors } from './ports.ts';

/** The connectors of this package, loaded when first used: help and mistakes in the arguments need no component. */
export async function kafkaConnectors(): Promise<Connectors> {
  const [{ createDestination, createSource, specify }, { checkPem, kafkaCapabilities }] = await Promise.all([import('../connector.ts'), import('../kafka/index.ts')]);
  const capabilities = (secrets: SecretReader, log: Log): Capabilities => kafkaCapabilities({ secrets, log });
  return {
    specify: () => specify(),
    source: (options) => createSource({ capabilities, checkSecret: checkPem, ...defined(options) }),
    destination: (options) => createDestination({ capabilities, checkSecret: checkPem, ...defined(options) }),
    watched: (backlog) => (secrets, log) => backlog.watch(capabilities(secrets, log), secrets, log),
  };
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
