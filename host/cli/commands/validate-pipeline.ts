import { ConnectorError } from '../../base/errors.ts';
import { unless } from '../../base/wait.ts';
import { pipelineFile, type LineNote, type PipelineConnector } from '../settings/pipeline-file.ts';
import { publicSettings } from '../settings/public-settings.ts';
import { nameOfFile, readText } from '../settings/text-file.ts';
import { configure, teardown, type CommandReport, type Context } from './context.ts';
import { Problems } from './failure.ts';

/**
 * `validate` of a pipeline file of Conduit: lets the component check the settings of its own connectors, names those of other plugins, and reports what is
 * wrong with the structure, each with its line. Reaches no broker.
 */
export async function validatePipeline(context: Context, path: string): Promise<CommandReport> {
  const name = nameOfFile(path);
  const { io, connectors: ours, log, stop } = context;
  if (path === '-' && io.stdin.isTTY === true) log('warn', 'reading the pipeline from the terminal; Ctrl-D ends it');
  const text = await unless(stop, readText(path, io.stdin, 'file'));
  if (text === undefined) throw new ConnectorError('cancelled', 'stopped before the pipeline was read');
  const specification = await ours.specify();
  const { connectors, problems, notes } = pipelineFile(text, { env: io.env, publicSettings: publicSettings(specification) });
  const checked: PipelineConnector[] = [];
  const skipped: PipelineConnector[] = [];
  for (const connector of connectors) {
    if (!isOurs(connector.plugin, specification.name)) {
      skipped.push(connector);
      continue;
    }
    checked.push(connector);
    problems.push(...(await settingProblems(context, connector)));
  }
  return report(name, { checked, skipped, problems, notes });
}

function report(
  name: string,
  found: { checked: PipelineConnector[]; skipped: PipelineConnector[]; problems: LineNote[]; notes: LineNote[] },
): CommandReport {
  const { checked, skipped, problems, notes } = found;
  const line = (note: LineNote): string => `${name}, line ${note.line}: ${note.text}`;
  const identity = ({ pipeline, id, plugin, side }: PipelineConnector): Record<string, string> => ({ pipeline, id, side, plugin });
  const lines = [
    ...notes.map((note) => `note: ${line(note)}`),
    ...skipped.map((one) => `skipped: ${where(one)} is ${one.plugin}, which is not checked here`),
    ...checked.map((one) => `checked: ${where(one)}, ${one.side}`),
  ];
  const summary = `${name}: ${count(checked.length, 'connector')} checked, ${skipped.length} skipped, ${count(problems.length, 'problem')}`;
  const result = { valid: problems.length === 0, checked: checked.map(identity), skipped: skipped.map(identity), notes };
  const report = { summary, result, text: `${[...lines, summary].join('\n')}\n` };
  if (problems.length === 0) return report;
  const list = problems.toSorted((a, b) => a.line - b.line).map((note) => ({ name: `line ${note.line}`, reason: line(note) }));
  const error = new ConnectorError('config.invalid', `${name} has ${count(problems.length, 'problem')}`, {
    cause: new Problems('source', list),
  });
  return { ...report, error };
}

async function settingProblems(context: Context, connector: PipelineConnector): Promise<LineNote[]> {
  const { side, settings, lines } = connector;
  const choice = { log: () => undefined, isInConduit: true };
  const checking = side === 'source' ? context.connectors.source(choice) : context.connectors.destination(choice);
  try {
    await configure(context, side, checking, settings);
    return [];
  } catch (error) {
    const failure = ConnectorError.from(error);
    if (!(failure.cause instanceof Problems)) throw failure;
    return failure.cause.list.map(({ name, reason }) => ({
      line: lines.get(name) ?? connector.line,
      text: `${where(connector)}: ${reason}`,
    }));
  } finally {
    await teardown(context, side, checking);
  }
}

/** `standalone:NAME`, `any:NAME`, or NAME alone, each with or without a version. */
function isOurs(plugin: string, name: string): boolean {
  return plugin.replace(/^(standalone|any):/, '').replace(/@.*$/, '') === name;
}

function where({ pipeline, id }: PipelineConnector): string {
  return `pipeline "${pipeline}", connector "${id}"`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
