import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtSpecification, committedPage, configurationPage } from '../../tools/documentation.mjs';
import { problemsOf, startGuest } from '../support/guest.ts';

test('docs/configuration.md is what the component says of itself today', async () => {
  expect(committedPage(), 'docs/configuration.md is out of date: run make docs').toBe(configurationPage(await builtSpecification()));
});

test('the page describes every setting of both sides', async () => {
  const page = committedPage();
  const { sourceParams, destinationParams } = await builtSpecification();
  for (const { name, description } of [...sourceParams, ...destinationParams]) {
    expect(page).toContain(`### \`${name}\`\n`);
    expect(page).toContain(description);
  }
});

test('the examples of the page are valid configurations', async () => {
  const guest = await startGuest();
  const examples = [...committedPage().matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => parse(match[1] ?? '') as { connectors: { type: 'source' | 'destination'; settings: Record<string, string> }[] },
  );
  expect(examples.map((example) => example.connectors[0]?.type)).toEqual(['source', 'destination']);
  for (const { connectors } of examples)
    for (const { type, settings } of connectors) expect(await problemsOf(guest, type, settings)).toEqual([]);
});
