import { startedAs } from './plugin/environment.ts';

/**
 * Entry of the one executable: a plugin when Conduit starts it, a command line otherwise. Each side is loaded only when it is used.
 */
const started = startedAs(process.env);
switch (started.kind) {
  case 'plugin': {
    const { serve } = await import('./plugin/serve.ts');
    await serve(started.environment, async () => (await import('./plugin/connectors.ts')).pluginConnectors(started.environment));
    break;
  }
  case 'command': {
    const { runProcess } = await import('./cli/main.ts');
    await runProcess();
    break;
  }
  case 'mistake':
    process.stderr.write(`${started.explanation}\n`);
    process.exitCode = 1;
    break;
}
