import { ConnectorError } from '../base/errors.ts';
import { offersOf, type Capability } from './capability.ts';
import type { Manifest } from './manifest.ts';
import type { Placement } from './port.ts';

/** What an instance of a component is allowed. */
export interface Grant {
  capabilities: readonly Capability[];
  /** The largest memory that the component may declare. */
  memoryBytes: number;
  placement: Placement;
}

/**
 * The capabilities of a grant that a component imports. Throws unless a host can run it with them: `policy.denied` with the names of the imports that were not granted,
 * `limit.exceeded` for a memory without a maximum or with one above the limit. To be asked before any of the component runs.
 */
export function admit(manifest: Manifest, grant: Grant): Capability[] {
  const imported = importedBy(manifest, grant);
  const { name, memoryMaxBytes } = manifest;
  if (memoryMaxBytes === null) {
    const text = `The component "${name}" may not run here: its memory declares no maximum. Build it with one (asc: --maximumMemory).`;
    throw new ConnectorError('limit.exceeded', text);
  }
  if (memoryMaxBytes > grant.memoryBytes) {
    const text = `its memory may grow to ${memoryMaxBytes} bytes, the limit (memoryBytes) is ${grant.memoryBytes}`;
    throw new ConnectorError('limit.exceeded', `The component "${name}" may not run here: ${text}.`);
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
      else if (offered && !waits) unfit.push(`${wanted}#${name} waits, and the component was not built to be suspended in it`);
      else if (!offered && placement === 'worker' && !isLocal(capability!, name) && !name.startsWith('[resource-drop]'))
        unfit.push(`${wanted}#${name} answers at once, which a worker cannot ask of the host: run the component inline`);
    }
  }
  if (missing.length > 0) {
    const granted = capabilities.map((one) => one.interface).join(', ');
    throw new ConnectorError(
      'policy.denied',
      `The component "${manifest.name}" may not run here: it imports what it was not granted: ${missing.join(', ')}. Granted: ${granted || 'nothing'}.`,
      { fields: { component: manifest.name, imports: missing.join(' ') } },
    );
  }
  if (unfit.length > 0) throw new ConnectorError('environment', `The component "${manifest.name}" cannot run here: ${unfit.join('; ')}.`);
  return imported;
}

function isLocal(capability: Capability, name: string): boolean {
  return capability.local?.names.includes(name) === true;
}

/** True if a capability of this interface serves a component that was built against that one: versions of one track, as semver has it. */
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
