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
 * Composes the capabilities that the guests of one connector may import. `log` replaces the values of secrets; `secrets` gives a capability the
 * value for a reference that the guest passes to it.
 */
export type CapabilityTable = (secrets: SecretReader, log: Log, limits: Limits) => readonly Capability[];

/** The parts of a connector. */
export interface ConnectorParts {
  log: Log;
  placement: Placement;
  component: () => Promise<ComponentSource>;
  limits: Limits;
  capabilities: CapabilityTable;
  /** Checks secret values at configure, because the guest does not have them. */
  checkSecret?: SecretCheck;
  /** Secret settings may name files: `file:/path`. */
  secretFiles: boolean;
}

const NO_SECRETS: SecretReader = {
  read: () => {
    throw new ConnectorError('policy.denied', 'a secret was read before the connector was configured');
  },
};

const specifications = new WeakMap<ComponentSource, Promise<Specification>>();

/** The specification. It is asked once, of an instance that can reach nothing outside, and kept for the component. */
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

/** The error for a call in a state that does not allow it. That is a bug of the host, so the error names the call and the state. */
export function outOfOrder(call: string, state: string): ConnectorError {
  return new ConnectorError('internal', `${call} was called while the connector is ${state}`);
}
