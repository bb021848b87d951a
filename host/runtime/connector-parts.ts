import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ComponentSource } from './component.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Capabilities } from './capabilities.ts';
import type { Specification } from './contract.ts';
import { specify } from './guest.ts';
import { Instance, type Placement } from './instance.ts';
import type { Limits } from './limits.ts';
import type { SecretCheck } from './vault.ts';

/** What a connector is put together from. The runtime itself knows no Kafka: `capabilities` brings it. */
export interface ConnectorParts {
  log: Log;
  placement: Placement;
  component: () => Promise<ComponentSource>;
  limits: Limits;
  capabilities: (secrets: SecretReader, log: Log) => Capabilities;
  /** Looks at secret values at configure, which the guest cannot. */
  checkSecret?: SecretCheck;
}

const specifications = new WeakMap<ComponentSource, Promise<Specification>>();

/** The specification; asked once of an instance that is granted nothing, and remembered for the component. */
export async function specificationOf(parts: Pick<ConnectorParts, 'log' | 'placement' | 'component' | 'limits'>): Promise<Specification> {
  const component = await parts.component();
  let specification = specifications.get(component);
  if (specification === undefined) {
    specification = askSpecification(parts, component);
    specifications.set(component, specification);
    specification.catch(() => specifications.delete(component));
  }
  return specification;
}

async function askSpecification(
  parts: Pick<ConnectorParts, 'log' | 'placement' | 'limits'>,
  component: ComponentSource,
): Promise<Specification> {
  const instance = await Instance.start({ ...parts, component, capabilities: null });
  try {
    return await specify(instance, parts.limits);
  } finally {
    await instance.end();
  }
}

/** A call in a state that does not allow it. Ours to avoid, so it names both. */
export function outOfOrder(call: string, state: string): ConnectorError {
  return new ConnectorError('internal', `${call} was called while the connector is ${state}`);
}
