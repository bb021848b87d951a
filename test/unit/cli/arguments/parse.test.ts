import { describe, expect, it } from 'vitest';
import { fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';

async function told(...argv: string[]): Promise<[number, string, string]> {
  const io = new FakeIo();
  return [await run(argv, io, fakes()), io.err, io.out];
}

describe('an option that takes one value', () => {
  it.each([
    ['--config', ['validate', 'source', '--config', 'a.yaml', '--config', 'b.yaml']],
    ['--last', ['source', '--last', '1', '--last', '2']],
    ['--partition', ['source', '--partition', '0', '--partition=1']],
    ['--limit', ['pipe', '--limit', '1', '--limit', '1']],
    ['--log-level', ['topics', '--log-level', 'warn', '--log-level', 'info']],
    ['--input', ['destination', '--input', 'text', '--input', 'json']],
  ])('is refused where it is given twice: %s', async (option, argv) => {
    const [code, err, out] = await told(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^config\\.invalid: option '${option}[^']*' is given twice: keep one of them\n`));
  });

  it('is refused as JSON too', async () => {
    const [code, , out] = await told('source', '--json', '--last', '1', '--last', '2');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { message: expect.stringContaining('is given twice') as string } });
  });
});

it('takes settings and flags that are given more than once', async () => {
  expect(await told('validate', 'source', '-c', 'servers=h:1', '-c', 'topics=t', '-q', '-q')).toMatchObject([0, '', expect.anything()]);
});

describe('help of an unknown command', () => {
  it.each([
    ['sour', ['sour', '--help']],
    ['sourc', ['help', 'sourc']],
    ['sourc', ['sourc', '-h']],
  ])('is refused with the nearest one: %s', async (name, argv) => {
    const [code, err, out] = await told(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`config.invalid: unknown command '${name}'\n(Did you mean source?)\n`);
  });

  it('is given for the program and for each command', async () => {
    expect(await told('help')).toMatchObject([0, '', expect.stringContaining('Commands:')]);
    expect(await told('help', 'source')).toMatchObject([0, '', expect.stringContaining('--follow')]);
    expect(await told('destination', '--help')).toMatchObject([0, '', expect.stringContaining('--separator')]);
  });
});
