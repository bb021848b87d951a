import { stringify } from 'yaml';
import type { Param, Specification } from '../../runtime/contract.ts';
import { choicesOf, groupsOf, isRequired } from '../settings/groups.ts';
import type { Side } from '../settings/settings.ts';
import { paramsOf, type CommandReport, type Context } from './context.ts';

export const STARTERS = ['source', 'destination', 'pipeline'] as const;
export type Starter = (typeof STARTERS)[number];

/** Settings that a starter file sets. A required setting that is not here gets its default or the first value that it takes. */
const EXAMPLES: Readonly<Record<string, string>> = { servers: 'localhost:9092', topics: 'orders', topic: 'orders-copy' };
const COMMENT_WIDTH = 100;

/** `create`: prints a commented file to start with. Reaches no broker. */
export async function create(context: Context, starter: Starter): Promise<CommandReport> {
  const specification = await context.connectors.specify();
  const text = starter === 'pipeline' ? pipelineFile(specification) : settingsFile(specification, starter);
  return {
    summary: `a file for ${starter === 'pipeline' ? 'a pipeline of Conduit' : `--config of ${starter}`}`,
    result: { file: text },
    text,
  };
}

function settingsFile(specification: Specification, side: Side): string {
  const head = [
    `# Settings of the ${side}, for --config. A line that begins with "#" has no effect; a value there is the default, or the place of a secret.`,
    `# \${NAME} and \${NAME:-default} are variables of the environment; secrets belong there.`,
  ];
  return [...head, ...settingLines(specification, side), ''].join('\n');
}

/** One pipeline from Kafka to Kafka, as Conduit reads it from its folder of pipelines. */
function pipelineFile(specification: Specification): string {
  const connector = (id: string, side: Side): string[] => [
    `      - id: ${id}`,
    `        type: ${side}`,
    `        plugin: standalone:${specification.name}`,
    '        settings:',
    ...settingLines(specification, side).map((line) => (line === '' ? '' : `          ${line}`)),
  ];
  return [
    '# A pipeline of Conduit, for its folder of pipelines. A line that begins with "#" has no effect; a value there is the default, or the place of a secret.',
    '# Conduit replaces ${NAME} by the variable of its environment, and by nothing if it is not set; secrets belong there.',
    'version: "2.2"',
    'pipelines:',
    '  - id: orders',
    '    status: running',
    '    connectors:',
    ...connector('from', 'source'),
    '',
    ...connector('to', 'destination'),
    '',
  ].join('\n');
}

function settingLines(specification: Specification, side: Side): string[] {
  return groupsOf(paramsOf(specification, side), side).flatMap(({ title, params }) => [
    '',
    `# == ${title} ==`,
    ...params.flatMap((param) => ['', ...commentOf(param), lineOf(param)]),
  ]);
}

function commentOf(param: Param): string[] {
  const choices = choicesOf(param);
  const facts = choices.length === 0 ? '' : ` One of ${choices.join(', ')}.`;
  return wrapped(`${param.description}${facts}`);
}

function lineOf(param: Param): string {
  const { name, secret, defaultValue } = param;
  const value = EXAMPLES[name] ?? (isRequired(param) ? defaultValue || (choicesOf(param)[0] ?? 'example') : null);
  if (value !== null) return `${name}: ${asScalar(value)}`;
  // A secret belongs into the environment. The other settings without a default are left empty, which counts as not set.
  const shown = secret
    ? `\${${name
        .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
        .replaceAll('.', '_')
        .toUpperCase()}}`
    : defaultValue;
  return `#${name}:${shown === '' ? '' : ` ${asScalar(shown)}`}`;
}

/** A value as YAML, in quotes where it would be read as something else than a text. */
function asScalar(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

/** A text as lines of comment. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > COMMENT_WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
