import { isSea } from 'node:sea';
import { stopCoverage } from 'node:v8';
import { startedAs } from './plugin/process/environment.ts';
import { leaveOutNodeVariables } from './plugin/process/node-variables.ts';

/** The environment keeps the program from starting; the exit code that the command line has for it. */
const EXIT_ENVIRONMENT = 3;

/**
 * Entry of the one executable: a plugin when Conduit starts it, a command line otherwise. Each side is loaded only when it is used,
 * and nothing here waits at the top level, so that it can be bundled as CommonJS, which starts faster.
 */
async function start(): Promise<void> {
  // Run from the sources, Node and its variables are the business of the person who calls it.
  if (isSea()) {
    const refusal = leaveOutNodeVariables(process, stopCoverage);
    if (refusal !== null) {
      process.stderr.write(`environment: ${refusal}\n`);
      process.exitCode = EXIT_ENVIRONMENT;
      return;
    }
    // The executable opens no debugger port at this signal; without a listener it would end the process.
    process.on('SIGUSR1', () => {});
  }
  const started = startedAs(process.env);
  switch (started.kind) {
    case 'plugin': {
      const { serve } = await import('./plugin/process/serve.ts');
      return serve(started.environment, async () =>
        (await import('./plugin/services/connectors.ts')).pluginConnectors(started.environment),
      );
    }
    case 'command': {
      const { runProcess } = await import('./cli/main.ts');
      return runProcess();
    }
    case 'mistake':
      process.stderr.write(`${started.explanation}\n`);
      process.exitCode = 1;
  }
}

void start();
