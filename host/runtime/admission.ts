import { ConnectorError } from '../base/errors.ts';
import { offersOf, type Capability } from './capability.ts';
import type { Manifest } from './manifest.ts';
import type { Placement } from './port.ts';

/** What an instance of a component may use. */
export interface Grant {
  capabilities: readonly Capability[];
  /** The largest memory that the component may declare. */
  memoryBytes: number;
  placement: Placement;
}

/**
 * Returns the capabilities of the grant that the component imports. Throws if the component cannot run with the grant: `policy.denied` with the names of the imports
 * that were not granted, `limit.exceeded` for a memory without a maximum or with one above the limit. Call it before any code of the component runs.
 */
export function admit(manifest: Manifest, grant: Grant): Capability[] {
  const imported = importedBy(manifest, grant);
  const { name, memoryMaxBytes } = manifest;
  if (memoryMaxBytes === null) {
    const text = 'its memory declares no maximum; build it with one (asc: --maximumMemory)';
    throw new ConnectorError('limit.exceeded', `the component "${name}" may not run here: ${text}`);
  }
  if (memoryMaxBytes > grant.memoryBytes) {
    const text = `its memory may grow to ${memoryMaxBytes} bytes, the limit (memoryBytes) is ${grant.memoryBytes}`;
    throw new ConnectorError('limit.exceeded', `the component "${name}" may not run here: ${text}`);
  }
  return imported;
}

function importedBy(manifest: Manifest, { capabilities, placement }: Grant): Capability[] {
  const imported: Capability[] = [];
  const missing: string[] = [];
  const unfit: string[] = [];
  for (const { interface: wanted, functions } of manifest.imports) {
    const capability = capabilities.find((one) => serves(one.interface, wanted));
    if (capability !== undefined) imported.push(capability);
    const offers = capability === undefined ? new Map<string, boolean>() : offersOf(capability);
    for (const { name, waits } of functions) {
      const offered = offers.get(name);
      if (offered === undefined) missing.push(`${wanted}#${name}`);
      else if (offered && !waits)
        unfit.push(`${wanted}#${name} waits, but the component was built without suspension in it (jco: --async-imports)`);
      else if (!offered && placement === 'worker' && !isLocal(capability!, name) && !name.startsWith('[resource-drop]'))
        unfit.push(`${wanted}#${name} answers at once, which a worker cannot ask of the host: run the component inline`);
    }
  }
  if (missing.length > 0) {
    const granted = capabilities.map((one) => one.interface).join(', ');
    throw new ConnectorError(
      'policy.denied',
      `the component "${manifest.name}" may not run here: it imports functions that were not granted: ${missing.join(', ')}; granted: ${granted || 'nothing'}`,
      { fields: { component: manifest.name, imports: missing.join(' ') } },
    );
  }
  if (unfit.length > 0) throw new ConnectorError('environment', `the component "${manifest.name}" cannot run here: ${unfit.join('; ')}`);
  return imported;
}

function isLocal(capability: Capability, name: string): boolean {
  return capability.local?.names.includes(name) === true;
}

/** True if a capability with the interface `offered` serves a component built against `wanted`: the versions are compatible by semver. */
export function serves(offered: string, wanted: string): boolean {
  return offered === wanted || (trackOf(offered) !== null && trackOf(offered) === trackOf(wanted));
}

/** `a:b/c@1` for 1.2.3, `a:b/c@0.2` for 0.2.3; null for 0.0.x, a pre-release, or no version. */
function trackOf(name: string): string | null {
  const match = /^(.*@)(\d+)\.(\d+)\.\d+$/.exec(name);
  if (match === null) return null;
  const [, base, major, minor] = match;
  if (major !== '0') return `${base}${major}`;
  return minor === '0' ? null : `${base}0.${minor}`;
}
