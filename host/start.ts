import { startedAs } from './plugin/process/environment.ts';
import type { Program } from './program/program.ts';

/**
 * Runs this process as a plugin if Conduit started it, else as a command line. Plugin, command line and program are loaded only when they are
 * used. There is no top-level await, so that the executable can be bundled as CommonJS, which starts faster.
 */
export async function start(load: () => Promise<Program>): Promise<void> {
  const started = startedAs(process.env);
  switch (started.kind) {
    case 'plugin': {
      const { serve } = await import('./plugin/process/serve.ts');
      return serve(started.environment, async () => {
        const { pluginConnectors } = await import('./plugin/services/connectors.ts');
        return pluginConnectors(started.environment, await load());
      });
    }
    case 'command': {
      const { runProcess } = await import('./cli/main.ts');
      return runProcess(load);
    }
    case 'mistake':
      process.stderr.write(`${started.explanation}\n`);
      process.exitCode = 1;
  }
}
