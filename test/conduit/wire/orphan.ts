/** The parent process of a plugin, in place of the test: starts the plugin with pipes as Conduit does, prints the plugin's process id, and waits to be killed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [pidFile, file, ...args] = process.argv.slice(2);
const child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
child.stdout.pipe(process.stdout);
child.stderr.pipe(process.stderr);
writeFileSync(pidFile!, String(child.pid));
setInterval(() => {}, 60_000);
