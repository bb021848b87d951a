// Writes the files that are generated from the WIT: the guest's views and classes (AssemblyScript), and the host's contract (TypeScript). The files
// are committed. If one of them does not fit the WIT, the build stops and a test fails.
// Usage: node tools/wit/generate.mjs     (`make generate`)
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ClassWriter } from './classes.mjs';
import { ContractWriter } from './contract.mjs';
import { Layouts } from './layouts.mjs';
import { readWorld } from './parse.mjs';
import { ViewWriter } from './views.mjs';

const WORLD = 'kafka-connector';
const root = path.resolve(import.meta.dirname, '../..');

/** The files for each package. `log` and the WASI interfaces get no classes: assembly/abi/log.ts and assembly/abi/wasi.ts are written by hand. */
const OUTPUTS = [
  { package: 'conduit:connector', assembly: 'assembly/abi/connector.ts', classes: true, contract: 'host/runtime/contract.ts' },
  { package: 'conduit:kafka', assembly: 'assembly/abi/kafka.ts', classes: true, contract: 'host/kafka/contract.ts' },
  { package: 'wasi:clocks', assembly: 'assembly/abi/clocks.ts', classes: false },
];
/** The names that generated AssemblyScript imports, by the file in assembly/abi that exports them. */
const HELPERS = {
  './arena': ['arenaZeroed'],
  './result': ['Result'],
  './slots': ['BytesSlot', 'ListSlot', 'StringSlot', 'liftStrings', 'lowerStrings', 'newList'],
};

/** Texts of the generated files by their paths, for the WIT in a folder. */
export function generated(folder = path.join(root, 'wit')) {
  const layouts = new Layouts(readWorld(folder, WORLD));
  const files = new Map();
  const names = new Map(); // name -> the file in assembly/abi that has it
  for (const output of OUTPUTS) {
    const owners = [...layouts.world.interfaces.values()].filter((i) => i.package === output.package);
    files.set(output.assembly, assembly(layouts, owners, output, names));
    if (output.contract !== undefined) files.set(output.contract, contract(layouts, owners, output));
  }
  return files;
}

function assembly(layouts, owners, output, names) {
  const views = new ViewWriter(layouts, output.package);
  const classes = new ClassWriter(layouts, output.package);
  for (const owner of owners) views.interface(owner);
  if (output.classes) for (const owner of owners) classes.interface(owner);
  const sorted = (texts) => [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  const resultArea =
    classes.externals.length === 0
      ? []
      : ['// Every import gives its result here, where the next one overwrites it.\nconst RESULT: usize = memory.data(RESULT_SIZE, 8);\n'];
  const body = [
    `/** Bytes of the largest result of a function of ${output.package}. */\nexport const RESULT_SIZE = ${views.resultSize};\n`,
    ...sorted(views.enums),
    ...classes.externals,
    ...resultArea,
    ...sorted(classes.classes),
    ...sorted(views.views),
  ].join('\n');
  const own = `./${path.basename(output.assembly, '.ts')}`;
  const imports = new Map();
  const uses = (name) => new RegExp(`\\b${name}\\b`).test(body);
  for (const [file, list] of [...Object.entries(HELPERS), ...byFile(names)]) {
    const used = list.filter(uses);
    if (used.length > 0) imports.set(file, used.sort());
  }
  for (const name of [...views.enums.keys(), ...views.views.keys(), ...classes.classes.keys()]) names.set(name, own);
  return (
    '// Written by tools/wit/generate.mjs from wit/; do not edit.\n' +
    '// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length. A class is a value of\n' +
    '// the guest: `lower` writes it into a view, `lift` reads it from one.\n' +
    [...imports].map(([file, list]) => `import { ${list.join(', ')} } from '${file}';\n`).join('') +
    `\n${body}`
  );
}

function byFile(names) {
  const files = new Map();
  for (const [name, file] of names) files.set(file, [...(files.get(file) ?? []), name]);
  return files;
}

function contract(layouts, owners, output) {
  const writer = new ContractWriter(layouts, output.package);
  for (const owner of owners) writer.interface(owner);
  const imports = [...writer.imported].map(([from, list]) => {
    const file = path.posix.relative(path.dirname(output.contract), OUTPUTS.find((o) => o.package === from).contract);
    return `import type { ${[...list].sort().join(', ')} } from '${file.startsWith('.') ? file : `./${file}`}';\n`;
  });
  return (
    `// Written by tools/wit/generate.mjs from wit/; do not edit.\n// The types of ${output.package} in the shapes that jco uses.\n` +
    [...imports, ...writer.texts].join('\n')
  );
}

const committed = (file) => {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch {
    return '';
  }
};

/** Generated files that do not fit the WIT, as paths. */
export function staleFiles() {
  return [...generated()].filter(([file, text]) => committed(file) !== text).map(([file]) => file);
}

/** Stops the build if the generated files were made for another WIT. */
export function checkGenerated() {
  const stale = staleFiles();
  if (stale.length > 0) throw new Error(`${stale.join(', ')}: does not fit wit/, run "make generate"`);
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, text] of generated()) if (committed(file) !== text) writeFileSync(path.join(root, file), text);
}
