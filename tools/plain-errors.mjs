// `node --import ./tools/plain-errors.mjs SCRIPT`: what ends a script is told in its own words, without a stack trace. DEBUG=1 shows the trace.
import { writeSync } from 'node:fs';

process.on('uncaughtException', (error) => {
  writeSync(2, `${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
