import { Command, CommanderError } from 'commander';
import { ConnectorError } from '../../base/errors.ts';
import { EXIT } from '../commands/exit-code.ts';
import { runCommand } from '../commands/run-command.ts';
import type { Connectors } from '../connector-factory.ts';
import { DEFINITIONS } from '../definitions/index.ts';
import type { Specification } from '../../runtime/contract.ts';
import type { Io } from '../terminal/io.ts';
import { candidates } from './completion.ts';
import { mangledArgument } from './mangled.ts';
import { nearest } from '../settings/suggest.ts';
import { outputOptions } from './options.ts';
import { refuseRepeated } from './repeated.ts';

export interface ProgramOptions {
  /** The name in the help texts. */
  name: string;
  connectors: () => Promise<Connectors>;
}

const EXIT_CODES = `
Exit codes: 0 done, 1 failed while running, 2 wrong arguments or settings, 3 environment (for example, no broker answers),
130 ended by a second Ctrl-C. Records go to stdout, everything else to stderr.`;

/** Parses the arguments and runs their command. Resolves with the exit code. Never rejects. */
export async function parse(argv: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  let exitCode: number = EXIT.ok;
  let complaint = '';
  const mangled = mangledArgument(argv);
  if (mangled !== null) {
    const command = argv.find((argument) => !argument.startsWith('-')) ?? '';
    const output = { quiet: argv.includes('-q') || argv.includes('--quiet'), json: argv.includes('--json'), level: 'error' as const };
    return runCommand(command, io, { ...output, dataOnStdout: command === 'source' }, options.connectors, () => Promise.reject(mangled));
  }
  if (argv[0] === 'completion' && argv[1] === '--words') return complete(argv.slice(2), io, options);
  const specification = await specificationForHelp(argv, options);
  const program = build(io, options, specification, argv.includes('--json') ? (text) => (complaint += text) : null, (code) => {
    exitCode = code;
  });
  try {
    refuseUnknownHelp(argv, program);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // --help ends with 0. Every other error of commander is a mistake in the arguments, which commander has printed.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (!(error instanceof CommanderError)) io.stderr.write(`internal: ${ConnectorError.from(error).message}\n`);
    else if (argv.includes('--json')) {
      const message = complaint.trim().replace(/^config.invalid: /, '') || 'a command is missing';
      const command = argv.find((argument) => !argument.startsWith('-')) ?? '';
      io.stdout.write(
        `${JSON.stringify({ command, ok: false, summary: message, result: {}, error: { code: 'config.invalid', message } })}\n`,
      );
    }
    return error instanceof CommanderError ? EXIT.configuration : EXIT.runtime;
  }
}

/** `completion --words`: prints what the scripts of `completion` ask for. It has no other outcome than candidates. */
async function complete(words: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  const program = build(io, options, null, null, () => undefined);
  try {
    const found = await candidates(program, words, async () => (await options.connectors()).specify());
    io.stdout.write(found.map((candidate) => `${candidate}\n`).join(''));
    return EXIT.ok;
  } catch {
    return EXIT.runtime;
  }
}

/** The component is loaded for `COMMAND --help` only, which lists its settings. Help without them is better than none. */
async function specificationForHelp(argv: readonly string[], { connectors }: ProgramOptions): Promise<Specification | null> {
  const isAsked = argv.length > 1 && (argv.includes('--help') || argv.includes('-h'));
  if (!isAsked) return null;
  try {
    return await (await connectors()).specify();
  } catch {
    return null;
  }
}

/** Commander answers `--help` after an unknown command with the help of the program. */
function refuseUnknownHelp(argv: readonly string[], program: Command): void {
  const name = argv.find((argument) => !argument.startsWith('-'));
  const known = program.commands.map((command) => command.name());
  if (name === undefined || known.includes(name) || !(argv.includes('--help') || argv.includes('-h'))) return;
  const near = nearest(name, known);
  program.error(`error: unknown command '${name}'${near === null ? '' : `\n(Did you mean ${near}?)`}`);
}

/** Defines the commands. If `complain` is null, errors in the arguments are printed on stderr. */
function build(
  io: Io,
  options: ProgramOptions,
  specification: Specification | null,
  complain: ((text: string) => void) | null,
  done: (code: number) => void,
): Command {
  const program = new Command(options.name)
    .description('Kafka source and destination for Conduit. On the command line: OpenCDC records from and to Kafka.')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void (complain === null ? io.stderr.write(text) : complain('')),
      outputError: (text, write) => {
        const message = text.replace(/^error: /, 'config.invalid: ');
        if (complain === null) write(`${message}(${options.name} --help shows how)\n`);
        else complain(message);
      },
    })
    .exitOverride()
    .helpCommand(false)
    .option('-V, --version', 'print the version')
    .addHelpText('after', EXIT_CODES);
  for (const define of DEFINITIONS)
    define({
      specification,
      add: (name, description, examples) =>
        program
          .command(name)
          .description(description)
          .addHelpText('after', `\nExamples:${examples.map((example) => `\n  ${options.name} ${example}`).join('')}`),
      run: async (command, body, dataOnStdout = false) =>
        done(await runCommand(command.name(), io, { ...outputOptions(command), dataOnStdout }, options.connectors, body)),
    });
  program.commands.forEach(refuseRepeated);
  return program;
}
