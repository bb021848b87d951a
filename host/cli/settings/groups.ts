import type { Param } from '../../runtime/contract.ts';
import type { Side } from './settings.ts';

/** Settings that belong together, for people. */
export interface SettingGroup {
  title: string;
  params: readonly Param[];
}

const REQUIRED = 'Required';
const READING = 'Reading';
const WRITING = 'Writing';
/** The first that fits counts. */
const TITLES: readonly [string, RegExp][] = [
  [READING, /^(topics|readFromBeginning$|start(Offsets|Timestamp)$|isolationLevel$|fetchM|maxPartitionFetchBytes$)/],
  [WRITING, /^(topic$|acks$|compression$|batchBytes$|deliveryTimeout$|partition(er)?$)/],
  ['Security', /^(tls\.|client(Cert|Key)|caCert$|insecureSkipVerify$|sasl|oauth\.|aws\.)/],
  ['Connection', /^(servers$|clientID$|rackID$|connectionTimeout$|requestTimeout$)/],
  ['Consumer group', /^(groupID$|.*GroupJoin|commitOffsets|heartbeatInterval$|sessionTimeout$|rebalanceTimeout$)/],
  ['Records', /^(sdk\.record\.|tombstonesAs|.*(Headers|Metadata|Tombstones|Timestamp)$)/],
  ['Batches and rate', /^sdk\.(batch|rate)\./],
  ['Schemas', /^(sdk\.schema\.|schemaRegistry\.|(key|value)(Format|Schema)$|onUndecodable$)/],
  ['Topic creation', /^createTopic/],
];

/** The groups in the order in which a reader needs them, each with its settings by name. Deprecated settings are left out. */
export function groupsOf(params: readonly Param[], side: Side): SettingGroup[] {
  const rest = side === 'source' ? READING : WRITING;
  const order = [REQUIRED, 'Connection', 'Security', rest, 'Consumer group', 'Topic creation', 'Records', 'Batches and rate', 'Schemas'];
  const titleOf = (param: Param): string => {
    const title = isRequired(param) ? REQUIRED : namedGroup(param);
    return title !== null && order.includes(title) ? title : rest;
  };
  return order
    .map((title) => ({
      title,
      params: params.filter((param) => !isDeprecated(param) && titleOf(param) === title).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    }))
    .filter(({ params: found }) => found.length > 0);
}

/** The group that knows the setting; null if none does, and it counts as one of reading or writing. */
export function namedGroup({ name }: Pick<Param, 'name'>): string | null {
  return TITLES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
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
