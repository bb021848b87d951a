import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtSpecification, committedConnectorFile, committedPage, configurationPage, connectorFile } from '../../tools/documentation.mjs';
import { problemsOf, startGuest } from '../support/guest.ts';

interface ConnectorFile {
  version: string;
  specification: Record<'name' | 'summary' | 'description' | 'version' | 'author', string> &
    Record<'source' | 'destination', { parameters: Parameter[] }>;
}
interface Parameter {
  name: string;
  type: string;
  default: unknown;
  validations: { type: string; value: unknown }[];
}

test('docs/configuration.md is what the component says of itself today', async () => {
  expect(committedPage(), 'docs/configuration.md is out of date: run make docs').toBe(configurationPage(await builtSpecification()));
});

test('connector.yaml is what the component says of itself today', async () => {
  expect(committedConnectorFile(), 'connector.yaml is out of date: run make docs').toBe(connectorFile(await builtSpecification()));
});

test("connector.yaml has the form of Conduit's registry, and every setting of both sides", async () => {
  const { version, specification } = parse(committedConnectorFile()) as ConnectorFile;
  expect(version).toBe('1.0');
  const { sourceParams, destinationParams, ...built } = await builtSpecification();
  expect(specification).toMatchObject(built);
  for (const [side, params] of [
    ['source', sourceParams],
    ['destination', destinationParams],
  ] as const) {
    const written = specification[side].parameters;
    expect(written.map(({ name }) => name).sort()).toEqual(params.map(({ name }) => name).sort());
    for (const parameter of written) {
      expect(Object.keys(parameter)).toEqual(['name', 'description', 'type', 'default', 'validations']);
      expect(['string', 'int', 'float', 'bool', 'file', 'duration']).toContain(parameter.type);
      expect(parameter.default).toBeTypeOf('string');
      for (const { type, value } of parameter.validations) {
        expect(['required', 'greater-than', 'less-than', 'inclusion', 'exclusion', 'regex']).toContain(type);
        expect(value).toBeTypeOf('string');
      }
    }
  }
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
