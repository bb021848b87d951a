import { spawn } from 'node:child_process';
import path from 'node:path';

/** Runs a script of this folder in a process of its own, because that of the test holds a test runner as well; what it prints is JSON. */
export function inProcess<T>(script: string, args: string[], timeoutMs: number): Promise<T> {
  const child = spawn(process.execPath, ['--expose-gc', path.join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(out) as T);
      else reject(new Error(`${script} ended with ${code ?? signal}: ${err}`));
    });
  });
}
