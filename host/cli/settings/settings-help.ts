import type { Specification } from '../../runtime/contract.ts';
import { firstSentence, groupsOf, isRequired } from './groups.ts';
import type { Side } from './settings.ts';

/** The settings of a side for `--help`: by group, one line each. */
export function settingsHelp(specification: Specification, side: Side): string {
  const params = side === 'source' ? specification.sourceParams : specification.destinationParams;
  const groups = groupsOf(params, side);
  const width = Math.max(0, ...groups.flatMap((group) => group.params.map(({ name }) => name.length)));
  const lines = groups.flatMap(({ title, params: found }) => [
    `  ${title}:`,
    ...found.map((param) => {
      const fact = param.defaultValue === '' || isRequired(param) ? '' : ` (default: ${param.defaultValue})`;
      return `    ${param.name.padEnd(width)}  ${firstSentence(param)}${fact}`;
    }),
  ]);
  return ['', `Settings of the ${side} (-c name=value, or in the file of --config):`, ...lines].join('\n');
}
