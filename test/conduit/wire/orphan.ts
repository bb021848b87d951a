/** A parent that is not the test: starts the plugin with its own pipes, says its process id, and waits to be killed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [pidFile, file, ...args] = process.argv.slice(2);
const child = spawn(file!, args, { stdio: 'inherit', env: process.env });
writeFileSync(pidFile!, String(child.pid));
setInterval(() => {}, 60_000);
