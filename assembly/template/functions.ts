// The functions of templates: Go's own and those of sprig v3.3.0.
import { registered, registeredCount } from './functions/table';
import { registerBuiltins } from './functions/builtins';
import { registerComparisons } from './functions/comparisons';
import { registerDates } from './functions/dates';
import { registerDefaults } from './functions/defaults';
import { registerDicts } from './functions/dicts';
import { registerEncodings } from './functions/encodings';
import { registerJson } from './functions/json';
import { registerLists } from './functions/lists';
import { registerMath } from './functions/math';
import { registerPaths } from './functions/paths';
import { registerRandom } from './functions/random';
import { registerRegex } from './functions/regex';
import { registerStrings } from './functions/strings';
import { registerTypes } from './functions/types';
import { registerVersions } from './functions/versions';
import { registerWords } from './functions/words';

/** These reach out of the sandbox, or make or use keys. */
export const REFUSED: string[] = [
  'call',
  'env',
  'expandenv',
  'getHostByName',
  'genPrivateKey',
  'derivePassword',
  'buildCustomCert',
  'genCA',
  'genCAWithKey',
  'genSelfSignedCert',
  'genSelfSignedCertWithKey',
  'genSignedCert',
  'genSignedCertWithKey',
  'encryptAES',
  'decryptAES',
  'bcrypt',
  'htpasswd',
];

function load(): void {
  registerBuiltins();
  registerComparisons();
  registerStrings();
  registerWords();
  registerDefaults();
  registerTypes();
  registerMath();
  registerLists();
  registerDicts();
  registerJson();
  registerEncodings();
  registerDates();
  registerPaths();
  registerVersions();
  registerRegex();
  registerRandom();
}

/** The number of a function; -1: there is none of this name. */
export function functionIndex(name: string): i32 {
  if (registeredCount() == 0) load();
  return registered(name);
}
