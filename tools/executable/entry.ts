/** Entry of the executable: the program of host/main.ts, with the component that it carries. */
import { stopCoverage } from 'node:v8';
import { leaveOutNodeVariables } from '../../host/plugin/process/node-variables.ts';
import { start } from '../../host/start.ts';
import { embeddedComponent } from './embedded-component.ts';

/** The environment keeps the program from starting; the exit code that the command line has for it. */
const EXIT_ENVIRONMENT = 3;

// Run from the sources, Node and its variables are the business of the person who calls it.
const refusal = leaveOutNodeVariables(process, stopCoverage);
if (refusal === null) {
  // The executable opens no debugger port at this signal; without a listener it would end the process.
  process.on('SIGUSR1', () => {});
  void start(async () => (await import('../../host/program/kafka.ts')).kafkaProgram(embeddedComponent));
} else {
  process.stderr.write(`environment: ${refusal}\n`);
  process.exitCode = EXIT_ENVIRONMENT;
}
