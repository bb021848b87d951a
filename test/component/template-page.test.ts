// docs/templates.md: every function has a text, and every example prints what the page says. UPDATE=1 writes the page.
import { expect, test } from 'vitest';
import {
  committedTemplatePage,
  examples,
  groups,
  registeredFunctions,
  templatePage,
  writeTemplatePage,
} from '../../tools/template-page.mjs';
import { openDestination, write } from '../support/data-path.ts';
import { record } from '../support/opencdc-records.ts';

test('every function of the engine has a text on the page, and only those', () => {
  const described = new Map(groups.map(({ file, functions }) => [file, functions.map(({ name }) => name).sort()]));
  const registered = new Map(
    [...registeredFunctions()].map(([file, functions]) => {
      const names = functions.map(({ name }) => name);
      // The must forms of functions have no row of their own, but for those of dates.
      return [file, names.filter((name) => file === 'dates' || !/^must[A-Z]/.test(name)).sort()];
    }),
  );
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(registered));
});

test('docs/templates.md is what the component prints today', async () => {
  const outputs = new Map<string, string>();
  for (const example of examples()) {
    const guest = await openDestination({ 'sdk.record.format': 'template', 'sdk.record.format.options': example });
    const { acks, records } = await write(guest, [record('p')]);
    expect([example, acks[0]!.error]).toEqual([example, '']);
    outputs.set(example, records[0]!.value!.toString());
  }
  if (process.env['UPDATE'] === '1') writeTemplatePage(outputs);
  expect(committedTemplatePage(), 'docs/templates.md is out of date: run make docs').toBe(templatePage(outputs));
}, 60_000);
