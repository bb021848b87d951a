import type { Program } from '../program/program.ts';
import { programConnectors } from './connectors.ts';
import { processIo, type Io } from './terminal/io.ts';
import type { Connectors } from './connector-factory.ts';
import { runProgram } from './program.ts';

export { processIo, type Io } from './terminal/io.ts';

const NAME = 'conduit-connector-kafka-wasm';

/** Runs the command line for arguments without program names. Resolves with the exit code, with which the caller must end the process. Never rejects. */
export function main(argv: readonly string[], io: Io, connectors: () => Promise<Connectors>): Promise<number> {
  return runProgram(argv, io, { name: NAME, connectors });
}

/** Runs this process as the command line of a program. */
export async function runProcess(load: () => Promise<Program>): Promise<void> {
  // Even a bug must not show a stack trace to a user.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`internal: ${error.message}\n`, () => process.exit(1));
  });
  process.exit(await main(process.argv.slice(2), processIo(), () => programConnectors(load)));
}
