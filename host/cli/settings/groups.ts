import type { Param } from '../../runtime/contract.ts';
import type { Side } from './settings.ts';

/** Settings that belong together, for people. */
export interface SettingGroup {
  title: string;
  params: readonly Param[];
}

const REQUIRED = 'Required';
/** The first that fits counts. What fits none is about reading or writing. */
const TITLES: readonly [string, RegExp][] = [
  ['Security', /^(tls\.|client(Cert|Key)|caCert$|insecureSkipVerify$|sasl|oauth\.|aws\.)/],
  ['Connection', /^(servers$|clientID$|rackID$|connectionTimeout$|requestTimeout$)/],
  ['Consumer group', /^(groupID$|.*GroupJoin|commitOffsets|heartbeatInterval$|sessionTimeout$|rebalanceTimeout$)/],
  ['Records', /^(sdk\.record\.|.*(Headers|Metadata|[tT]ombstones|Timestamp)$)/],
  ['Batches and rate', /^sdk\.(batch|rate)\./],
  ['Schemas', /^(sdk\.schema\.|schemaRegistry\.|(key|value)(Format|Schema)$|onUndecodable$)/],
  ['Topic creation', /^createTopic/],
];

/** The groups in the order in which a reader needs them, each with its settings by name. Deprecated settings are left out. */
export function groupsOf(params: readonly Param[], side: Side): SettingGroup[] {
  const rest = side === 'source' ? 'Reading' : 'Writing';
  const order = [REQUIRED, 'Connection', 'Security', rest, 'Consumer group', 'Topic creation', 'Records', 'Batches and rate', 'Schemas'];
  const titleOf = (param: Param): string =>
    isRequired(param)
      ? REQUIRED
      : param.name === 'startTimestamp'
        ? rest
        : (TITLES.find(([, pattern]) => pattern.test(param.name))?.[0] ?? rest);
  return order
    .map((title) => ({
      title,
      params: params.filter((param) => !isDeprecated(param) && titleOf(param) === title).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    }))
    .filter(({ params: found }) => found.length > 0);
}

export function isRequired(param: Param): boolean {
  return param.validations.some(({ kind }) => kind === 'required');
}

/** The values of a setting that takes one of a list; empty for others. */
export function choicesOf(param: Param): readonly string[] {
  if (param.kind === 'boolean') return ['true', 'false'];
  return param.validations.find(({ kind }) => kind === 'inclusion')?.operand.split(',') ?? [];
}

/** The first sentence of the description. */
export function firstSentence({ description }: Param): string {
  const text = description.replaceAll(/\s+/g, ' ').trim();
  return /^.*?[^.]\.(?= [A-Z0-9]|$)/.exec(text)?.[0] ?? text;
}

function isDeprecated({ description }: Param): boolean {
  return description.startsWith('Deprecated');
}
