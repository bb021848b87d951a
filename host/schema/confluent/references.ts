import { ConnectorError } from '../../base/errors.ts';
import type { Reference, Registry, RegistrySchema } from './registry.ts';

const MAX_DEPTH = 16;
const MAX_REFERENCES = 200;

/** A schema that is referred to, by the name with which it is. */
export interface Dependency {
  readonly name: string;
  readonly text: string;
}

/** The schemas that a schema refers to, directly or through others; each once, and behind those that it refers to itself. */
export async function dependenciesOf(schema: RegistrySchema, registry: Registry, signal: AbortSignal): Promise<Dependency[]> {
  const found = new Map<string, Dependency>();
  const visit = async (references: readonly Reference[], path: readonly string[]): Promise<void> => {
    for (const { name, subject, version } of references) {
      const key = `${name}\n${subject}\n${version}`;
      if (found.has(key)) continue;
      if (path.includes(key)) throw unusable(`the reference to version ${version} of subject "${subject}" leads back to itself`);
      if (path.length >= MAX_DEPTH) throw unusable(`its references are nested deeper than ${MAX_DEPTH}`);
      if (found.size >= MAX_REFERENCES) throw unusable(`it has more than ${MAX_REFERENCES} references`);
      const referred = await registry.byVersion(subject, version, signal);
      await visit(referred.references, [...path, key]);
      found.set(key, { name, text: referred.text });
    }
  };
  await visit(schema.references, []);
  return [...found.values()];
}

function unusable(why: string): ConnectorError {
  return new ConnectorError('schema.mismatch', `the schema cannot be used: ${why}`);
}
