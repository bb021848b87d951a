import type { Command } from 'commander';
import type { Specification } from '../../runtime/contract.ts';
import type { CommandReport, Context } from '../commands/context.ts';

/** What the definition of a command gets from the program. */
export interface CommandLine {
  /** The settings of the component, for help texts. Null if the command line asks for no help, or the component cannot be loaded. */
  specification: Specification | null;
  /** Adds a command. Examples are complete command lines without the name of the program. */
  add(name: string, description: string, examples: readonly string[]): Command;
  /** Runs the body of a command and keeps its exit code. `dataOnStdout`: see {@link RunOptions}. */
  run(command: Command, body: (context: Context) => Promise<CommandReport>, dataOnStdout?: boolean): Promise<void>;
}

/** Defines one command: its description, options, examples, and the body that it runs. */
export type Definition = (line: CommandLine) => void;
