import type { ComponentSource } from '../../../../host/runtime/component.ts';
import { builtGuest } from '../../../support/built-guest.ts';

/** The component of test/unit/runtime/assembly: its configuration chooses what it does wrong. */
export function misbehaving(): Promise<ComponentSource> {
  return builtGuest({ name: 'misbehaving', folder: 'test/unit/runtime' });
}
