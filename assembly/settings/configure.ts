// The connector's configuration: parsed by `configure`, read by the data path.
import { InvalidParam } from '../abi/connector';
import { Level, log } from '../abi/log';
import { destinationParameters } from './destination-table';
import { Parameter } from './parameter';
import { sourceParameters } from './source-table';
import { parseDestination } from './destination';
import { DestinationSettings, SourceSettings } from './settings';
import { parseSource } from './source';
import { Values } from './values';

export { DestinationSettings, SourceSettings };

/** Null until a configuration was accepted. */
export let sourceSettings: SourceSettings | null = null;
export let destinationSettings: DestinationSettings | null = null;

/** Sets `sourceSettings` unless something is wrong; gives every problem. */
export function configureSource(config: Map<string, string>): InvalidParam[] {
  const table = sourceParameters();
  const values = new Values(config, table);
  const settings = parseSource(values, table);
  sayIgnored(values, table, 'a source');
  const problems = values.problems(table);
  if (problems.length == 0) sourceSettings = settings;
  return problems;
}

/** Sets `destinationSettings` unless something is wrong; gives every problem. */
export function configureDestination(config: Map<string, string>): InvalidParam[] {
  const table = destinationParameters();
  const values = new Values(config, table);
  const settings = parseDestination(values, table);
  sayIgnored(values, table, 'a destination');
  const problems = values.problems(table);
  if (problems.length == 0) destinationSettings = settings;
  return problems;
}

function sayIgnored(values: Values, table: Parameter[], side: string): void {
  for (let i = 0; i < table.length; i++)
    if (table[i].ignored && values.isGiven(table[i].name)) log(Level.info, '"' + table[i].name + '" has no effect on ' + side);
}
