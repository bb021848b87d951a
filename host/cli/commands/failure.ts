import { ConnectorError, type ErrorCode } from '../../base/errors.ts';
import type { InvalidParam, Param } from '../../runtime/contract.ts';
import { explain } from '../settings/suggest.ts';
import type { Side } from '../settings/settings.ts';

/** The settings that the component rejected, each with the text for the user. It is the cause of a `config.invalid` error. */
export class Problems {
  readonly side: Side;
  readonly list: readonly InvalidParam[];

  constructor(side: Side, list: readonly InvalidParam[]) {
    this.side = side;
    this.list = list;
  }
}

/** The error for rejected settings, with the nearest known name where one was misspelt. */
export function invalidSettings(
  side: Side,
  problems: readonly InvalidParam[],
  params: readonly Param[],
  whereSet: (name: string) => string | undefined = () => undefined,
): ConnectorError {
  const known = params.map((param) => param.name);
  const explained = problems.map((problem) => {
    const place = whereSet(problem.name);
    return { name: problem.name, reason: `${place === undefined ? '' : `${place}: `}${explain(problem, known)}` };
  });
  const count = explained.length === 1 ? '1 problem' : `${explained.length} problems`;
  return new ConnectorError('config.invalid', `the ${side} settings have ${count}`, { cause: new Problems(side, explained) });
}

/** One error for the rejected settings of both sides of a pipe. */
export function joinedProblems(errors: readonly ConnectorError[]): ConnectorError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const list = errors.flatMap(({ cause }) =>
    cause instanceof Problems
      ? cause.list.map(({ name, reason }) => ({ name: `${cause.side}.${name}`, reason: `${cause.side}: ${reason}` }))
      : [],
  );
  const message = errors.map((error) => error.message).join(', ');
  return new ConnectorError('config.invalid', message, { cause: new Problems('source', list) });
}

/** Hints for errors whose own text does not say what to change. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  'kafka.unreachable':
    'check that servers and the advertised.listeners of the brokers name addresses that this machine can reach, and tls.enabled if the brokers expect TLS',
  'schema.unreachable': 'check that schemaRegistry.url names an address that this machine can reach',
  'position.invalid': 'expected the "position" of a record of the same group, as source prints it',
};

function hintOf(error: ConnectorError): string | undefined {
  return error.cause instanceof Problems ? 'the command "spec" prints all settings' : HINTS[error.code];
}

/** An error as the `error` of the `--json` envelope. */
export interface ErrorReport {
  code: string;
  message: string;
  settings?: readonly InvalidParam[];
  hint?: string;
  [fact: string]: unknown;
}

export function reportOf(error: ConnectorError): ErrorReport {
  const report: ErrorReport = { ...error.fields, code: error.code, message: error.message };
  if (error.cause instanceof Problems) report.settings = error.cause.list;
  const hint = hintOf(error);
  if (hint !== undefined) report.hint = hint;
  return report;
}

/** An error as lines for people. */
export function linesOf(error: ConnectorError): string[] {
  const lines = [`${error.code}: ${error.message}`];
  if (error.cause instanceof Problems) {
    for (const problem of error.cause.list) for (const line of problem.reason.split('\n')) lines.push(`  ${line}`);
  }
  const hint = hintOf(error);
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines;
}
