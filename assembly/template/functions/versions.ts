// sprig's semantic versions.
import { satisfies } from '../values/constraints';
import { fail } from '../values/limits';
import { Type, addressOf, set, setBool } from '../values/value';
import { newVersion, readVersion, versionError } from '../values/versions';
import { argumentAt, resultAt } from './call';
import { register } from './table';

export function registerVersions(): void {
  register('semver', 's', semver);
  register('semverCompare', 'ss', semverCompare);
}

function semver(argv: usize, count: u32, out: usize): void {
  const text = argumentAt(argv, 0);
  const version = newVersion();
  if (readVersion(addressOf(text), text.size, version)) set(resultAt(out), Type.semver, 0, <u64>changetype<usize>(version));
  else fail(versionError);
}

function semverCompare(argv: usize, count: u32, out: usize): void {
  const constraint = argumentAt(argv, 0);
  const text = argumentAt(argv, 1);
  const version = newVersion();
  const valid = readVersion(addressOf(text), text.size, version);
  const error = versionError;
  const yes = satisfies(version, addressOf(constraint), constraint.size);
  if (!valid) fail(error);
  else setBool(resultAt(out), yes);
}
