// Makes the manifest of a built component: its imports, exports and memory, so that a host can refuse the component before any of it runs.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';

const PAGE_BYTES = 65536;
const MEMORY_SECTION = 5;

/**
 * True for a function that returns a `result`: it can fail because it reaches something outside the instance, so it may wait, and the host suspends
 * the guest meanwhile. Every other function returns at once: log, clock, randomness.
 */
const waits = ({ result }, owner, world) => {
  const kind = (type, from) => {
    if (type?.kind === 'alias') return kind(type.of, from);
    if (type?.kind !== 'named') return type?.kind;
    const used = from.uses.get(type.name);
    return used === undefined ? kind(from.types.get(type.name), from) : kind(type, world.interfaces.get(used));
  };
  return kind(result, owner) === 'result';
};

/** The names of the imports of a world that wait, such as `conduit:kafka/consumer@0.1.0#[method]consumer.poll`. */
export function waitingImports(world) {
  return world.imports.flatMap((owner) => owner.functions.filter((f) => waits(f, owner, world)).map((f) => `${owner.fullName}#${f.name}`));
}

/** `core` is the core module before jco: its import and export names are the WIT's. `folder` holds what jco transpile wrote. */
export function manifestOf({ name, world, component, core, folder }) {
  const module = new WebAssembly.Module(core);
  const waiting = new Set(waitingImports(world));
  const interfaces = new Map();
  for (const { module: from, name: imported } of WebAssembly.Module.imports(module)) {
    const functions = interfaces.get(from) ?? [];
    functions.push({ name: imported, waits: waiting.has(`${from}#${imported}`) });
    interfaces.set(from, functions);
  }
  const exported = WebAssembly.Module.exports(module)
    .filter((e) => e.name.includes('#') && !e.name.startsWith('cabi_post_'))
    .map((e) => e.name.replace(/#.*$/, ''));
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  return {
    name,
    digest: `sha256:${createHash('sha256').update(component).digest('hex')}`,
    exports: [...new Set(exported)].sort(),
    imports: [...interfaces]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([i, functions]) => ({ interface: i, functions: functions.sort(byName) })),
    coreModules: readdirSync(folder)
      .filter((file) => file.endsWith('.wasm'))
      .sort(),
    memoryMaxBytes: maximumMemory(core),
  };
}

/** The largest memory of a core module in bytes, from its memory section; null if it declares no maximum. */
export function maximumMemory(core) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = core[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < core.length) {
    const id = core[at++];
    const size = number();
    if (id !== MEMORY_SECTION) {
      at += size;
      continue;
    }
    if (number() !== 1) throw new Error('a core module with one memory was expected');
    const flags = number();
    number(); // the minimum
    return flags & 1 ? number() * PAGE_BYTES : null;
  }
  throw new Error('the core module declares no memory');
}
