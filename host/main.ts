import { startedAs } from './plugin/process/environment.ts';

/**
 * Entry of the one executable: a plugin when Conduit starts it, a command line otherwise. Each side is loaded only when it is used,
 * and nothing here waits at the top level, so that it can be bundled as CommonJS, which starts faster.
 */
async function start(): Promise<void> {
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
