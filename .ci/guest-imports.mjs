// Checks that no file and no folder of the guest imports itself over others: what is built on what can be read from the imports.
// Usage: node .ci/guest-imports.mjs [FOLDER]     (`make lint`; default: assembly)
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', process.argv[2] ?? 'assembly');
const IMPORT = /^(?:import|export)\b[^;]*?\bfrom\s+['"](\.[^'"]+)['"]/gm;

const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));
const byFile = new Map(files.map((file) => [file, importsOf(file)]));
const byFolder = new Map();
for (const [file, imported] of byFile) {
  const folder = path.dirname(file);
  const others = imported.map((name) => path.dirname(name)).filter((name) => name !== folder);
  byFolder.set(folder, [...new Set([...(byFolder.get(folder) ?? []), ...others])]);
}
// Files of the top folder export from the others, and nothing imports them: no circle can lead through it.
const circles = [...circlesOf(byFile), ...circlesOf(byFolder)];
for (const circle of circles) console.error(`circular import: ${circle.join(' -> ')}`);
if (circles.length > 0) process.exit(1);

function importsOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)]
    .map(([, to]) => path.join(path.dirname(file), to))
    .map((to) => [`${to}.ts`, path.join(to, 'index.ts')].find((name) => existsSync(path.join(root, name))))
    .filter((to) => to !== undefined);
}

/** One circle for each that a walk over the graph finds. */
function circlesOf(graph) {
  const circles = [];
  const done = new Set();
  const walk = (node, trail) => {
    if (trail.includes(node)) circles.push([...trail.slice(trail.indexOf(node)), node]);
    if (done.has(node) || trail.includes(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return circles;
}
