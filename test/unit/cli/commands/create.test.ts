import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { namedGroup } from '../../../../host/cli/settings/groups.ts';
import { cli } from '../spawned.ts';

interface Pipeline {
  connectors: { type: string; plugin: string; settings: Record<string, string> }[];
}

const validate = (side: string, input: string) => cli(['validate', side, '--config', '-'], { input });
/** The file with every setting of its comments that has a value and needs no variable, but for those that only Conduit's schema service can serve. */
const uncommented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.includes('${') || line.includes('sdk.schema.extract') ? line : line.replace(/^#([A-Za-z.]+: )/, '$1')))
    .join('\n');

describe.each(['source', 'destination'])('create %s', (side) => {
  it('prints settings that are valid, as they are and with every default that is in a comment', async () => {
    const { out, code, err } = await cli(['create', side]);
    expect([code, err]).toEqual([0, '']);
    expect(await validate(side, out)).toMatchObject({ code: 0, err: '' });
    expect(uncommented(out)).not.toBe(out);
    expect(await validate(side, uncommented(out))).toMatchObject({ code: 0, err: '' });
  });

  it('has a line for each setting that is not deprecated', async () => {
    const { out } = await cli(['create', side]);
    const { result } = JSON.parse((await cli(['spec', '--json'])).out) as {
      result: { specification: Record<string, { parameters: { name: string; description: string }[] }> };
    };
    const names = result.specification[side]!.parameters.filter(({ description }) => !description.startsWith('Deprecated')).map(
      ({ name }) => name,
    );
    expect([...out.matchAll(/^#?([A-Za-z.]+):/gm)].map(([, name]) => name).toSorted()).toEqual(names.toSorted());
  });
});

describe('create pipeline', () => {
  it('prints a pipeline of Conduit whose connectors are valid, with another topic on its destination', async () => {
    const { out, code } = await cli(['create', 'pipeline']);
    expect(code).toBe(0);
    const file = parse(out) as { version: string; pipelines: Pipeline[] };
    expect(file.version).toBe('2.2');
    const connectors = file.pipelines[0]!.connectors;
    expect(connectors.map(({ type, plugin }) => [type, plugin])).toEqual([
      ['source', 'standalone:kafka-wasm'],
      ['destination', 'standalone:kafka-wasm'],
    ]);
    for (const { type, settings } of connectors) {
      expect(Object.values(settings).every((value) => typeof value === 'string')).toBe(true);
      expect(await validate(type, JSON.stringify(settings))).toMatchObject({ code: 0, err: '' });
    }
    expect(connectors[0]!.settings['topics']).not.toBe(connectors[1]!.settings['topic']);
  });

  it('is the only other file: a wrong name is refused with the choices', async () => {
    const { code, err } = await cli(['create', 'pipe']);
    expect([code, err]).toEqual([2, expect.stringContaining('source, destination, pipeline')]);
  });
});

describe('the groups of settings', () => {
  it.each(['source', 'destination'])('know every setting of the %s', async (side) => {
    const { result } = JSON.parse((await cli(['spec', '--json'])).out) as {
      result: { specification: Record<string, { parameters: { name: string }[] }> };
    };
    const parameters = result.specification[side]!.parameters;
    expect(parameters.length).toBeGreaterThan(0);
    expect(parameters.filter((one) => namedGroup(one) === null)).toEqual([]);
  });

  it.each(['source', 'destination'])('hold logins under Security and the registry under Schemas: %s', async (side) => {
    const { out } = await cli([side, '--help']);
    const security = /\n {2}Security:\n((?: {4}.*\n)*)/.exec(out)?.[1];
    for (const name of ['aws.region', 'oauth.clientSecret', 'saslPassword', 'caCert']) expect(security).toContain(`    ${name} `);
    const schemas = /\n {2}Schemas:\n((?: {4}.*(?:\n|$))*)/.exec(out)?.[1];
    for (const name of ['schemaRegistry.url', 'keyFormat', 'valueFormat']) expect(schemas).toContain(`    ${name} `);
  });
});

describe('the head of a file', () => {
  it.each(['source', 'destination', 'pipeline'])('says what a value in a comment is: %s', async (what) => {
    const { out } = await cli(['create', what]);
    expect(out).toMatch(/#saslPassword: \$\{SASL_PASSWORD\}/);
    expect(out).toMatch(/^# .* a value there is the default, or the place of a secret\.$/m);
    const { result } = JSON.parse((await cli(['spec', '--json'])).out) as {
      result: { specification: Record<string, { parameters: { name: string; default: string }[] }> };
    };
    const parameters = what === 'pipeline' ? [] : result.specification[what]!.parameters;
    for (const [, name, value] of out.matchAll(/^#([A-Za-z.]+): (?!\$)"?([^"\n]*)"?$/gm))
      if (what !== 'pipeline') expect([name, value]).toEqual([name, parameters.find((one) => one.name === name)!.default]);
  });
});

describe('--help', () => {
  it('lists the settings of the command by group, each with its default', async () => {
    const { out, code } = await cli(['source', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Settings of the source .*:\n {2}Required:\n {4}servers +Addresses of Kafka brokers/);
    expect(out).toMatch(/ {2}Consumer group:\n {4}commitOffsetsDelay .*\(default: 5s\)\n/);
    expect(out).not.toContain('Settings of the destination');
    expect((await cli(['destination', '--help'])).out).toMatch(
      /Settings of the destination [^]* {2}Writing:\n {4}acks .*\(default: all\)\n/,
    );
  });

  it('lists those of both sides for pipe, and none for the program', async () => {
    const { out } = await cli(['help', 'pipe']);
    expect(out).toContain('Settings of the source');
    expect(out).toContain('Settings of the destination');
    expect((await cli(['--help'])).out).not.toContain('Settings of');
  });
});
