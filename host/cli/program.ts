import { Argument, Command, CommanderError, Option } from 'commander';
import { ConnectorError } from '../base/errors.ts';
import { sleep } from '../base/wait.ts';
import { LOG_LEVELS, type LogLevel } from '../base/log.ts';
import type { Context, CommandReport } from './commands/context.ts';
import { destination } from './commands/destination.ts';
import { pipe } from './commands/pipe.ts';
import { doctor } from './commands/doctor.ts';
import { onErrorFrom, type OnError } from './commands/refused-records.ts';
import { source } from './commands/source.ts';
import { spec } from './commands/spec.ts';
import { validate } from './commands/validate.ts';
import { durationMs, positiveCount } from './settings/duration.ts';
import { EXIT } from './commands/exit-code.ts';
import { runCommand, type RunOptions } from './commands/run-command.ts';
import { isReaderGone, outputFailed } from './lines/line-output.ts';
import { flushed, type Io } from './terminal/io.ts';
import type { Connectors } from './connector-factory.ts';
import { settingsFromFile, settingsFromPairs, sidesFromFile, type Settings, type Side } from './settings/settings.ts';

export interface ProgramOptions {
  /** The name in the help texts. */
  name: string;
  connectors: () => Promise<Connectors>;
}

interface SettingOptions {
  setting?: string[];
  config?: string;
}
interface PairOptions {
  source?: string[];
  destination?: string[];
  config?: string;
}
interface ReadOptions {
  limit?: number;
  follow?: boolean;
  idle?: number;
}

const LAST_WORDS_MS = 200;

/** Runs one command line (without program names) and resolves with its exit code. Never rejects. */
export async function runProgram(given: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  const argv = asOptions(given);
  let exitCode: number;
  const interrupted = Promise.withResolvers<void>();
  let cutOff: NodeJS.ErrnoException | null = null;
  io.stdout.on('error', (error: NodeJS.ErrnoException) => (cutOff ??= error));
  const silence = io.onSignal(() => interrupted.resolve());
  const [first] = argv;
  if (first === '-V' || first === '--version') {
    exitCode = await runCommand(
      'version',
      io,
      { quiet: false, json: argv.includes('--json'), level: 'warn', dataOnStdout: false },
      options.connectors,
      version,
    );
  } else {
    exitCode = await parse(argv, io, options);
  }
  // After Ctrl-C the command does not wait for a reader that does not read.
  const hurry = interrupted.promise.then(() => sleep(LAST_WORDS_MS));
  await Promise.race([Promise.all([flushed(io.stdout), flushed(io.stderr)]), hurry]);
  silence();
  // A command that prints records handles errors of the stream itself. A reader such as `head -1` that closes the output is no failure.
  if (exitCode !== EXIT.ok || cutOff === null || isReaderGone(cutOff, io.stdout)) return exitCode;
  io.stderr.write(`${outputFailed(cutOff).code}: ${outputFailed(cutOff).message}\n`);
  await flushed(io.stderr);
  return EXIT.environment;
}

/** Replaces `help`, `help COMMAND`, `version` and `-v` by the options that they mean. */
function asOptions(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  return first === 'version' || first === '-v' ? ['--version', ...rest] : argv;
}

async function parse(argv: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  let exitCode: number = EXIT.ok;
  let complaint = '';
  const mangled = mangledArgument(argv);
  if (mangled !== null) {
    const command = argv.find((argument) => !argument.startsWith('-')) ?? '';
    const output = { quiet: argv.includes('-q') || argv.includes('--quiet'), json: argv.includes('--json'), level: 'error' as const };
    return runCommand(command, io, { ...output, dataOnStdout: command === 'source' }, options.connectors, () => Promise.reject(mangled));
  }
  const program = build(io, options, argv.includes('--json') ? (text) => (complaint += text) : null, (code) => {
    exitCode = code;
  });
  try {
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

/** The error for an argument that is not UTF-8: Node turns such bytes into U+FFFD. The text does not quote the argument, which may be a secret. */
function mangledArgument(argv: readonly string[]): ConnectorError | null {
  const index = argv.findIndex((argument) => argument.includes('\ufffd'));
  const argument = argv[index];
  if (argument === undefined) return null;
  const column = [...argument.slice(0, argument.indexOf('\ufffd'))].length + 1;
  const option = argv.slice(0, index).findLast((one) => one.startsWith('-'));
  const text = `argument ${index + 1}${option === undefined ? '' : ` (${option})`} is not UTF-8 at character ${column}; use a terminal with UTF-8, or put it into a file of settings`;
  return new ConnectorError('config.invalid', text);
}

async function version({ connectors }: Context): Promise<CommandReport> {
  const { name, version: number } = await connectors.specify();
  return { summary: `${name} ${number}`, result: { name, version: number }, text: `${number}\n` };
}

/** Defines the commands. If `complain` is null, errors in the arguments are printed on stderr. */
function build(io: Io, options: ProgramOptions, complain: ((text: string) => void) | null, done: (code: number) => void): Command {
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

  const add = (name: string, description: string): Command => {
    const examples = (EXAMPLES[name] ?? []).map((example) => `\n  ${options.name} ${example}`).join('');
    return program.command(name).description(description).addHelpText('after', `\nExamples:${examples}`);
  };
  const run = async (command: Command, body: (context: Context) => Promise<CommandReport>, dataOnStdout = false): Promise<void> => {
    done(await runCommand(command.name(), io, { ...common(command), dataOnStdout }, options.connectors, body));
  };

  withOutput(add('spec', "print all settings, as YAML in the form of Conduit's connector.yaml")).action(
    async (_given, command: Command) => {
      await run(command, spec);
    },
  );

  withOutput(withSettings(add('validate', 'check settings, without a broker')))
    .addArgument(new Argument('<side>', 'which connector').choices(['source', 'destination']))
    .action(async (side: Side, given: SettingOptions, command: Command) => {
      await run(command, async (context) => validate(context, side, await settingsOf(given)));
    });

  withOutput(withSettings(add('doctor', 'check settings, network, login, topics, permissions and group, and say what to change')))
    .addArgument(new Argument('<side>', 'which connector').choices(['source', 'destination']))
    .action(async (side: Side, given: SettingOptions, command: Command) => {
      await run(command, async (context) => doctor(context, side, await settingsOf(given)));
    });

  withOutput(
    withReading(withSettings(add('source', 'read records from Kafka: OpenCDC JSON lines on stdout'))).option(
      '--position <position>',
      'continue after this position: its JSON, or the "position" of a record',
    ),
  ).action(async (given: SettingOptions & ReadOptions & { position?: string }, command: Command) => {
    await run(
      command,
      async (context) => source(context, { settings: await settingsOf(given), position: given.position, ...reading(given) }),
      true,
    );
  });

  withOutput(withSettings(add('destination', 'write OpenCDC JSON lines from stdin to Kafka'))).action(
    async (given: SettingOptions, command: Command) => {
      await run(command, async (context) => destination(context, await settingsOf(given)));
    },
  );

  const piping = add('pipe', 'read from Kafka and write to Kafka')
    .option('--source <key=value...>', 'settings of the source', collect)
    .option('--destination <key=value...>', 'settings of the destination', collect)
    .option('--config <file>', 'settings from a YAML or JSON file with the maps "source" and "destination"')
    .addOption(
      new Option('--on-error <stop|skip|topic>', 'for a refused record: stop, skip it, or write it to this dead-letter topic')
        .argParser(onErrorFrom)
        .default('stop'),
    );
  withOutput(withReading(piping)).action(async (given: ReadOptions & PairOptions & { onError: OnError }, command: Command) => {
    await run(command, async (context) => pipe(context, { ...(await sidesOf(given)), ...reading(given), onError: given.onError }));
  });
  return program;
}

function withSettings(command: Command): Command {
  return command
    .option('-c, --setting <key=value>', 'a setting; can be repeated, and replaces the value in the file', collect)
    .option('--config <file>', 'settings from a YAML or JSON file, a flat map');
}

function withReading(command: Command): Command {
  return command
    .option('--limit <count>', 'end after so many records', positiveCount)
    .option('--follow', 'wait for new records until stopped')
    .addOption(
      new Option('--idle <duration>', 'without --follow: fail after so long without progress (default: 30s)').argParser(durationMs),
    );
}

function withOutput(command: Command): Command {
  return command
    .option('-q, --quiet', 'no progress, no summary; errors only')
    .option('--json', 'print the outcome as one JSON object, and log lines as JSON')
    .addOption(new Option('--log-level <level>', 'lowest level of the log lines on stderr').choices(LOG_LEVELS).default('warn'));
}

function common(command: Command): RunOptions {
  const { quiet, json, logLevel } = command.opts<{ quiet?: boolean; json?: boolean; logLevel?: LogLevel }>();
  return { quiet: quiet === true, json: json === true, level: quiet === true ? 'error' : (logLevel ?? 'warn'), dataOnStdout: false };
}

async function settingsOf(given: SettingOptions): Promise<Settings> {
  const file = given.config === undefined ? {} : await settingsFromFile(given.config);
  return { ...file, ...settingsFromPairs(given.setting ?? [], '-c') };
}

async function sidesOf(given: PairOptions): Promise<Record<Side, Settings>> {
  const file = given.config === undefined ? { source: {}, destination: {} } : await sidesFromFile(given.config);
  return {
    source: { ...file.source, ...settingsFromPairs(given.source ?? [], '--source') },
    destination: { ...file.destination, ...settingsFromPairs(given.destination ?? [], '--destination') },
  };
}

function reading(given: ReadOptions): { limit: number | undefined; idleMs: number | null | undefined } {
  return { limit: given.limit, idleMs: given.follow === true ? null : given.idle };
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  spec: ['spec', 'spec --json'],
  validate: ['validate source -c servers=localhost:9092 -c topics=orders', 'validate destination --config destination.yaml'],
  doctor: ['doctor source -c servers=localhost:9092 -c topics=orders', 'doctor destination --config destination.yaml --json'],
  source: ['source -c servers=localhost:9092 -c topics=orders -c readFromBeginning=true --limit 5', 'source --config source.yaml --follow'],
  destination: ['destination -c servers=localhost:9092 -c topic=orders < records.jsonl'],
  pipe: [
    'pipe --source servers=localhost:9092 topics=orders readFromBeginning=true --destination servers=localhost:9092 topic=orders-copy sdk.record.format=raw',
    'pipe --config pipe.yaml --follow',
  ],
};

const EXIT_CODES = `
Exit codes: 0 done, 1 failed while running, 2 wrong arguments or settings, 3 environment (for example, no broker answers),
130 ended by a second Ctrl-C. Records go to stdout, everything else to stderr.`;
