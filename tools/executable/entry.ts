/** Entry of the executable: the program of host/main.ts, with the component that the executable contains. */
import { stopCoverage } from 'node:v8';
import { leaveOutNodeVariables } from '../../host/plugin/process/node-variables.ts';
import { start } from '../../host/start.ts';
import { embeddedComponent } from './embedded-component.ts';

/** The exit code for an environment in which the program cannot start. It is that of the command line. */
const EXIT_ENVIRONMENT = 3;

// Only the executable ignores Node's variables. When the program runs from its sources, the user has chosen the Node.
const refusal = leaveOutNodeVariables(process, stopCoverage);
if (refusal === null) {
  // The executable opens no debugger port at this signal; without a listener it would end the process.
  process.on('SIGUSR1', () => {});
  void start(async () => (await import('../../host/program/kafka.ts')).kafkaProgram(embeddedComponent));
} else {
  process.stderr.write(`environment: ${refusal}\n`);
  process.exitCode = EXIT_ENVIRONMENT;
}
