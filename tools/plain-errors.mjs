// `node --import ./tools/plain-errors.mjs SCRIPT` prints an error that ends the script as its message, without a stack trace. DEBUG=1 shows the trace.
import { writeSync } from 'node:fs';

process.on('uncaughtException', (error) => {
  writeSync(2, `${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
