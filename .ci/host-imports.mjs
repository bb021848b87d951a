// Checks what the lint rules cannot see of the imports of host/: `import()`, types by `import()`, paths with detours, modules that are asked for by name.
// Usage: node .ci/host-imports.mjs [FOLDER]     (`make lint`; default: host)
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { DIALLING_MODULES, KAFKA_WINGS, MAY_IMPORT } from './import-directions.mjs';

const root = path.resolve(import.meta.dirname, '..', process.argv[2] ?? 'host');
/** Load a module that only its caller knows: a component's module, and the private copy of kafkajs. */
const LOADS_ANY = ['runtime/worker-entry.ts', 'runtime/component.ts', 'kafka/kafkajs/kafkajs.ts', 'kafka/kafkajs/private-copy.ts'];
const MAY_IMPORT_KAFKAJS = (file) => file.startsWith('kafka/kafkajs/') || file === 'kafka/index.ts';

const problems = [];
for (const file of readdirSync(root, { recursive: true })
  .map((name) => String(name).replaceAll(path.sep, '/'))
  .filter((name) => name.endsWith('.ts'))) {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const tell = (node, text) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    problems.push(`${path.basename(root)}/${file}:${line + 1}: ${text}`);
  };
  visit(source, file, tell);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

function visit(node, file, tell) {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    check(file, node.moduleSpecifier.text, tell, node, { isType: true }); // eslint checks what dials, name by name
  } else if (ts.isImportTypeNode(node)) {
    check(file, node.argument.literal.text, tell, node, { isType: true });
  } else if (ts.isCallExpression(node)) {
    const called = node.expression;
    const name = ts.isPropertyAccessExpression(called) ? called.name.text : ts.isIdentifier(called) ? called.text : '';
    if (called.kind === ts.SyntaxKind.ImportKeyword || ['getBuiltinModule', 'require', 'createRequire'].includes(name)) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteralLike(argument)) check(file, argument.text, tell, node, {});
      else if (!LOADS_ANY.includes(file)) tell(node, 'name the module in the call itself, so that what is imported can be checked');
    }
  } else if (
    ts.isPropertyAccessExpression(node) &&
    ['fetch', 'WebSocket', 'EventSource'].includes(node.name.text) &&
    ['global', 'globalThis', 'self'].includes(node.expression.getText()) &&
    !file.startsWith('net/')
  ) {
    tell(node, 'only host/net makes connections: ask a Dialer');
  }
  ts.forEachChild(node, (child) => visit(child, file, tell));
}

function check(file, specifier, tell, node, { isType }) {
  const module = specifier.replace(/^node:/, '');
  if (!isType && DIALLING_MODULES.includes(module) && !file.startsWith('net/'))
    return tell(node, `only host/net makes connections, so nothing else imports ${specifier}`);
  if (/^kafkajs(\/|$)/.test(module) && !MAY_IMPORT_KAFKAJS(file)) return tell(node, 'only host/kafka/kafkajs speaks kafkajs');
  if (!specifier.startsWith('.')) return;
  const to = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (to.startsWith('kafka/kafkajs/') && !MAY_IMPORT_KAFKAJS(file)) return tell(node, 'only host/kafka/kafkajs speaks kafkajs');
  const [folder, wing] = file.split('/');
  const [toFolder, toWing] = to.split('/');
  if (!(folder in MAY_IMPORT)) return;
  if (toFolder !== folder) {
    const allowed = MAY_IMPORT[folder].some((one) => one === toFolder || `${one}.ts` === to);
    const isInside = toFolder in MAY_IMPORT || !to.startsWith('..');
    if (isInside && !allowed) tell(node, `host/${folder} may import ${MAY_IMPORT[folder].join(', ') || 'no other folder'}, not ${to}`);
    return;
  }
  if (folder !== 'kafka' || !(wing in KAFKA_WINGS) || wing === toWing) return;
  if (to === 'kafka/index.ts') return tell(node, 'kafka/index.ts puts the wings together, and they do not import it');
  if (wing === 'records' && !['kafka/contract.ts'].includes(to)) return tell(node, `kafka/records imports no client, and not ${to}`);
  if (toWing in KAFKA_WINGS && !KAFKA_WINGS[wing].includes(toWing))
    tell(node, `kafka/${wing} may import ${KAFKA_WINGS[wing].join(', ') || 'no other wing'}, not ${to}`);
}
