import { spawn } from 'node:child_process';
import { median } from './processes.ts';

const ENVIRONMENT = {
  CONDUIT_PLUGIN_MAGIC_COOKIE: '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f',
  PLUGIN_PROTOCOL_VERSIONS: '1,2',
  // The Go connector does not start without these.
  CONDUIT_CONNECTOR_ID: 'bench:handshake',
  CONDUIT_CONNECTOR_TOKEN: 'none',
  CONDUIT_CONNECTOR_UTILITIES_GRPC_TARGET: '127.0.0.1:1',
};

/** Milliseconds from the start of a plugin to its handshake line; the median of several starts. */
export async function handshakeMs(executable: string, starts = 20): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < starts; i++) times.push(await once(executable));
  return median(times);
}

function once(executable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const plugin = spawn(executable, [], { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] });
    let ms = -1;
    plugin.stdout.once('data', () => {
      ms = performance.now() - start;
      plugin.kill('SIGKILL');
    });
    plugin.once('error', reject);
    plugin.once('close', () => (ms < 0 ? reject(new Error(`${executable} ended without a handshake`)) : resolve(ms)));
  });
}
