import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { programConnectors } from '../../../host/cli/connectors.ts';
import { main } from '../../../host/cli/main.ts';
import { builtGuest, GENERATOR } from '../../support/built-guest.ts';
import { generatorProgram } from '../../support/generator-program.ts';
import { FakeIo } from './fake-io.ts';

beforeAll(async () => void (await builtGuest(GENERATOR)), 120_000);

async function run(argv: string[]) {
  const io = new FakeIo();
  const code = await main(argv, io, () => programConnectors(async () => generatorProgram));
  return { code, out: io.out, err: io.err };
}

describe('the command line of a component that knows no Kafka', () => {
  test('moves what its source makes to its destination', async () => {
    const { code, err } = await run([
      'pipe',
      '--source',
      'records=2500',
      '--destination',
      'refuse=',
      '--limit',
      '2000',
      '--log-level',
      'info',
    ]);
    expect(err).toContain('moved 2,000 records');
    expect(err).toMatch(/destination torn down.*collected.*2000/);
    expect(err).toMatch(/source torn down.*acked.*1999/);
    expect(code).toBe(0);
  });

  test('ends when nothing more comes', async () => {
    const { code, err } = await run(['pipe', '--source', 'records=30', '--destination', 'refuse=']);
    expect(err).toContain('moved 30 records');
    expect(code).toBe(0);
  });

  test('stops at the first record that is not written, and acknowledges nothing behind it', async () => {
    const { code, err } = await run(['pipe', '--source', 'records=100', '--destination', 'refuse=40', '--log-level', 'info']);
    expect(err).toContain('remote.rejected: the record at 40: record 40 is refused');
    expect(err).toMatch(/source torn down.*acked.*39/);
    expect(code).toBe(1);
  });

  test('says of a record on standard input that it is refused, with a code that names no system', async () => {
    const lines = [1, 2].map((n) => JSON.stringify({ position: btoa(String(n)), operation: 'create', payload: { after: btoa('x') } }));
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(`${lines.join('\n')}\n`)]) });
    const code = await main(['destination', '-c', 'refuse=2'], io, () => programConnectors(async () => generatorProgram));
    expect(io.err).toContain('line 2: record 2 is refused');
    expect(io.err).toContain('remote.rejected: 1 of 2 records were not written');
    expect(code).toBe(1);
  });

  test('prints its specification, and checks settings by it', async () => {
    const { code, out } = await run(['spec']);
    expect(code).toBe(0);
    expect(out).toContain('name: generator');
    expect((await run(['validate', 'source', '-c', 'records=many'])).err).toContain('records: expected a number, got "many"');
  });
});
