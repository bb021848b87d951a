import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { eventually } from '../../../support/wait.ts';
import { fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';

it.each([
  ['validate', 'pipeline', '-'],
  ['validate', 'source', '--config', '-'],
  ['source', '--config', '-'],
  ['doctor', 'source', '--config', '-'],
  ['pipe', '--config', '-'],
  ['topics', '--config', '-'],
])('%s %s ... ends with 0 on the first Ctrl-C while it reads an input that has no end', async (...argv) => {
  const stdin = new PassThrough();
  const io = new FakeIo({ stdin });
  const code = run(argv, io, fakes());
  stdin.write('servers: h:1\n');
  await eventually(() => stdin.readableFlowing === true || stdin.listenerCount('readable') > 0);
  io.signal();
  expect([await code, io.err.includes('cancelled'), io.exits]).toEqual([0, false, []]);
});
