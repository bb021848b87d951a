import type { Argument, Command, Option } from 'commander';
import type { Param, Specification } from '../../runtime/contract.ts';
import { choicesOf } from '../settings/groups.ts';
import type { Side } from '../settings/settings.ts';

/**
 * What may stand for the last word, which the user is typing. `words` are those after the name of the program. An empty list means: a file, or anything.
 * The settings are asked for only if the word is one.
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  specification: () => Promise<Specification>,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = program.commands.find((one) => before.some((word) => word === one.name()));
  if (command === undefined)
    return beginning(current, current.startsWith('-') ? ['--help', '--version'] : program.commands.map((one) => one.name()));
  const given = before.slice(before.indexOf(command.name()) + 1);
  const option = optionBefore(command, given);
  if (option !== null) {
    const side = sideOf(command, option, given);
    if (side !== null) return settings(current, await specification(), side);
    return beginning(current, option.argChoices ?? []);
  }
  if (current.startsWith('-')) return beginning(current, command.options.map(({ long, short }) => long ?? short ?? '').concat('--help'));
  const positional = given.filter((word, index) => !word.startsWith('-') && optionBefore(command, given.slice(0, index)) === null);
  const argument: Argument | undefined = command.registeredArguments[positional.length];
  return beginning(current, argument?.argChoices ?? []);
}

/** The option whose value comes next; null if none waits for one. */
function optionBefore(command: Command, given: readonly string[]): Option | null {
  const at = given.findLastIndex((word) => word.startsWith('-'));
  const option = command.options.find(({ long, short }) => at >= 0 && (given[at] === long || given[at] === short));
  if (option === undefined || !(option.required || option.optional)) return null;
  return option.variadic || at === given.length - 1 ? option : null;
}

/** The side whose settings an option takes; null if it takes none. */
function sideOf(command: Command, option: Option, given: readonly string[]): Side | null {
  if (option.long === '--source') return 'source';
  if (option.long === '--destination') return 'destination';
  if (option.long !== '--setting') return null;
  return command.name() === 'destination' || given.includes('destination') ? 'destination' : 'source';
}

function settings(current: string, { sourceParams, destinationParams }: Specification, side: Side): readonly string[] {
  const params: readonly Param[] = side === 'source' ? sourceParams : destinationParams;
  const at = current.indexOf('=');
  if (at < 0) return beginning(current, params.map(({ name }) => `${name}=`).toSorted());
  const param = params.find(({ name }) => name === current.slice(0, at));
  return param === undefined
    ? []
    : beginning(
        current,
        choicesOf(param).map((value) => `${param.name}=${value}`),
      );
}

function beginning(current: string, all: readonly string[]): readonly string[] {
  return all.filter((one) => one.startsWith(current));
}
