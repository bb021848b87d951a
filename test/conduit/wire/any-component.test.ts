import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { builtGuest, GENERATOR } from '../../support/built-guest.ts';
import { DestinationEngine, ENGINES, SourceEngine } from '../../support/engine.ts';
import { disposeAll, numbersOf, plugin, range, recordsFrom } from './support.ts';

const PROGRAM = fileURLToPath(new URL('../../support/generator-program.ts', import.meta.url));

beforeAll(async () => void (await builtGuest(GENERATOR)), 120_000);
afterEach(disposeAll);

/** A plugin process whose component does not use Kafka. */
const generator = () => plugin({ command: [process.execPath, PROGRAM] });

describe.each(ENGINES)('a plugin of another component under arch-%s', (engine) => {
  test('delivers every record once and in order, and takes the acknowledgements', async () => {
    const process = await generator();
    const source = new SourceEngine(process, engine);
    await source.start({ records: '3000' });
    await source.until(3_000);
    expect(numbersOf(source.records)).toEqual(range(3_000));
    expect(source.records[7]!.payload!.after!.raw_data!.toString()).toBe('record 7');
    await source.stop();
    expect(process.logLines().findLast((line) => line['@message'] === 'source torn down')!['acked']).toBe('2999');
  });

  test('goes on after the position that Conduit has stored', async () => {
    const source = new SourceEngine(await generator(), engine);
    await source.start({ records: '3000' }, { position: Buffer.from('2989') });
    await source.until(10);
    expect(numbersOf(source.records)).toEqual(range(10, 2_990));
    await source.stop();
  });

  test('writes every record, and acknowledges each with its position', async () => {
    const process = await generator();
    const destination = new DestinationEngine(process, engine);
    await destination.start({ refuse: 'position 5' });
    await destination.write(recordsFrom(0, 10));
    expect(destination.acks.filter(({ error }) => error !== '')).toEqual([
      { position: 'position 5', error: 'record position 5 is refused' },
    ]);
    await destination.stop();
    expect(process.logLines().findLast((line) => line['@message'] === 'destination torn down')!['collected']).toBe('9');
  });
});

test('a plugin of another component answers with that component’s specification', async () => {
  const { client } = await generator();
  const { specification } = await client.call<{ specification: { name: string; source_params: object } }>(
    '/connector.v2.SpecifierPlugin/Specify',
  );
  expect(specification.name).toBe('generator');
  expect(Object.keys(specification.source_params).sort()).toEqual(['records', 'token', 'trapAfter']);
});

test('a plugin of another component refuses settings that it does not like, in its words', async () => {
  const { client } = await generator();
  await expect(client.call('/connector.v2.SourcePlugin/Configure', { config: { records: 'many' } })).rejects.toThrow(
    'records: expected a number, got "many"',
  );
});
