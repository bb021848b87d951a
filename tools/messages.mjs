// Writes docs/messages.md: every text of the code that a user can see in an error or a log line.
// Usage: node tools/messages.mjs
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '..');
const output = path.join(root, 'docs/messages.md');
const LEVELS = ['error', 'warn', 'info'];
/** Errors of bugs: a user can only report them. */
const BUGS = new Set(['internal']);
/** Texts that are printed elsewhere: help, and the descriptions of settings in docs/configuration.md. */
const NOT_MESSAGES =
  /^(describe|description|addHelpText|option|summary|argument|Option|Argument|add|Parameter|param|RegExp|startsWith|endsWith|includes|withOutput|execFile|spawn|mangle)$/;

/** Descriptions in the guest's tables of settings. */
const DESCRIPTION = /^[A-Z].*\.$/;
/** Examples of commands, and help. */
const HELP = /^[a-z]+ (?:\S+ )?(?:-c|--source|--config) |^Exit codes: |^doctor has seen/;

const INTRODUCTION = `# Messages

<!-- Written by tools/messages.mjs from the code; do not edit. -->

Every error and log line, to be searched. \`{name}\` stands for a value, and \`{one | other}\` for one of two texts. A message can have another one in it: the reason, from the last part.
What the brokers answer is in Kafka's own words (\`NOT_LEADER_OR_FOLLOWER: ...\`) and not listed, nor are lines of the levels \`debug\` and \`trace\`.

An error begins with its code on the command line, and has it as \`code\` with \`--json\`. [command-line.md](command-line.md#exit-codes) has the exit codes.
`;

/** The text of docs/messages.md for the code as it is. */
export function messagesPage() {
  const found = files('host').concat(files('assembly')).flatMap(textsOf);
  const codes = errorCodes();
  const parts = [INTRODUCTION, '## Errors\n'];
  for (const [code, meaning] of codes) {
    if (BUGS.has(code)) continue;
    const list = found.filter((text) => text.code === code);
    if (list.length > 0) parts.push(`### \`${code}\`\n\n${sentence(meaning)}\n\n${table(list)}`);
  }
  parts.push('## Log lines\n');
  for (const level of LEVELS) {
    const list = found.filter((text) => text.level === level);
    if (list.length > 0) parts.push(`### \`${level}\`\n\n${table(list)}`);
  }
  const others = found.filter(({ code, level }) => code === null && level === null);
  parts.push(`## Problems of settings and records\n\n${table(others.filter(({ file }) => file.startsWith('assembly/')))}`);
  parts.push(`## Reasons and hints within other messages\n\n${table(others.filter(({ file }) => file.startsWith('host/')))}`);
  return `${parts.join('\n')}`;
}

/** docs/messages.md as it is committed. */
export function committedMessages() {
  return readFileSync(output, 'utf8');
}

function files(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')));
}

/** The texts of one file, in order. */
function textsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const texts = [];
  const visit = (node) => {
    if (isText(node)) {
      const text = render(node, source).replace(/\s+/g, ' ').trim();
      const use = useOf(node);
      if (use !== null && isSentence(text) && !isHelp(text, file)) texts.push({ text, file, ...use });
      return;
    }
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node) || ts.isEnumDeclaration(node)) return;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

function isText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken && (isText(node.left) || isText(node.right));
}

/** The code of an error, the level of a log line, neither for a part of a message, or null for what is no message. */
function useOf(node) {
  let at = node;
  for (; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (ts.isPropertyAssignment(parent) && parent.name === at) return null;
    if (ts.isTaggedTemplateExpression(parent) || ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)) return null;
    if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) {
      const name = nameOf(parent.expression);
      const [first] = parent.arguments ?? [];
      if (name === 'ConnectorError' && first !== undefined) return { code: literal(first), level: null };
      if (/log$/i.test(name) && first !== undefined) {
        const level = ts.isStringLiteral(first) ? first.text : levelOf(first);
        if (level === 'debug' || level === 'trace') return null;
        return { code: null, level: LEVELS.includes(level) ? level : 'warn' };
      }
      if (NOT_MESSAGES.test(name)) return null;
    }
    if (ts.isFunctionLike(parent) || ts.isClassDeclaration(parent)) break;
  }
  return { code: null, level: null };
}

function levelOf(node) {
  const text = node.getText();
  return LEVELS.find((level) => new RegExp(`\\b${level}\\b`, 'i').test(text)) ?? (/debug|trace/i.test(text) ? 'debug' : 'warn');
}

/** A code that depends on something counts as the first that is named. */
function literal(node) {
  return ts.isStringLiteral(node) ? node.text : (/'([a-z]+(?:\.[a-z-]+)?)'/.exec(node.getText())?.[1] ?? null);
}

function nameOf(expression) {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : '';
}

function render(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => value(span.expression) + span.literal.text).join('');
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) return part(node.left) + part(node.right);
  return value(node);
}

function part(node) {
  return isText(node) ? render(node) : value(node);
}

/** A value by its name: `{topic}` for `this.#topic.toString()`. */
function value(node) {
  if (ts.isParenthesizedExpression(node)) return value(node.expression);
  if (isText(node)) return render(node);
  if (ts.isConditionalExpression(node)) {
    const branches = [part(node.whenTrue), part(node.whenFalse)].map((text) => text.trim()).filter((text) => text !== '');
    const inner = [...new Set(branches.map((text) => text.replace(/^\{([^{}]*)\}$/, '$1')))];
    return `{${inner.join(' | ')}}`;
  }
  const words = node.getText().match(/[A-Za-z_][A-Za-z_0-9]*/g) ?? [];
  const name = words
    .filter((word) => !/^(this|toString|String|join|map|length|message|text|value|JSON|stringify|slice|of)$/.test(word))
    .at(-1);
  return `{${name ?? words.at(-1) ?? 'value'}}`;
}

/** At least three words, of which two follow each other, and no code, path or pattern. */
function isSentence(text) {
  const plain = text.replace(/\{[^}]*\}/g, ' x ');
  const words = plain.match(/(?<![\w.-])[a-z][a-z']+(?![\w-]|\.\w)/gi) ?? [];
  return words.length >= 3 && /[a-z]+ [a-z]+/i.test(plain) && !/^[-<$#\n]/.test(text) && !text.includes('=>');
}

function isHelp(text, file) {
  return HELP.test(text) || (file.startsWith('assembly/') && DESCRIPTION.test(text));
}

/** Codes with their meanings, from the comments beside them. */
function errorCodes() {
  const lines = readFileSync(path.join(root, 'host/base/errors.ts'), 'utf8').matchAll(/^ {2}'([a-z.-]+)', \/\/ (.*)$/gm);
  return [...lines].map(([, code, meaning]) => [code, meaning]);
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function table(list) {
  const rows = new Map(list.map(({ text, file }) => [text, file]));
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return `| message | from |\n| --- | --- |\n${[...rows].map(([text, file]) => `| ${cell(text)} | ${file} |`).join('\n')}\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(output, messagesPage());
