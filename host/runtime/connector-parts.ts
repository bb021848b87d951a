import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ComponentSource } from './component.ts';
import type { SecretReader } from '../base/secrets.ts';
import { withoutWaiting, type Capability } from './capability.ts';
import type { Specification } from './contract.ts';
import { specify } from './guest.ts';
import { Instance } from './instance.ts';
import type { Limits } from './limits.ts';
import type { Placement } from './port.ts';
import type { SecretCheck } from './vault.ts';

/**
 * Composes what the guests of one connector may import, one after the other. The log hides the values of secrets, which a capability
 * reads by the references that the guest hands it.
 */
export type CapabilityTable = (secrets: SecretReader, log: Log, limits: Limits) => readonly Capability[];

/** What a connector is put together from. */
export interface ConnectorParts {
  log: Log;
  placement: Placement;
  component: () => Promise<ComponentSource>;
  limits: Limits;
  capabilities: CapabilityTable;
  /** Looks at secret values at configure, which the guest cannot. */
  checkSecret?: SecretCheck;
}

const NO_SECRETS: SecretReader = {
  read: () => {
    throw new ConnectorError('policy.denied', 'There are no secrets before a configuration.');
  },
};

const specifications = new WeakMap<ComponentSource, Promise<Specification>>();

/** The specification; asked once of an instance that can reach nothing outside, and remembered for the component. */
export async function specificationOf(
  parts: ConnectorParts,
  capabilities: readonly Capability[] = parts.capabilities(NO_SECRETS, parts.log, parts.limits),
): Promise<Specification> {
  const component = await parts.component();
  let specification = specifications.get(component);
  if (specification === undefined) {
    specification = askSpecification(parts, component, capabilities.map(withoutWaiting));
    specifications.set(component, specification);
    specification.catch(() => specifications.delete(component));
  }
  return specification;
}

async function askSpecification(
  parts: ConnectorParts,
  component: ComponentSource,
  capabilities: readonly Capability[],
): Promise<Specification> {
  const { log, limits, placement } = parts;
  const instance = await Instance.start({ component, placement, limits, log, capabilities });
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
