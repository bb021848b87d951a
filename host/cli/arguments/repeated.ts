import type { Command } from 'commander';
import { collect } from './options.ts';

/** Refuses an option that takes one value and is given twice, of which commander takes the last one without a word. */
export function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    if (!(option.required || option.optional) || option.variadic || option.parseArg === collect) continue;
    let count = 0;
    command.on(`option:${option.name()}`, () => {
      if (++count > 1) command.error(`error: option '${option.flags}' is given twice: keep one of them`);
    });
  }
}
