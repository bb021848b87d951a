import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, type Finished } from '../spawned.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-pipeline-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said of a pipeline file, each line without the path. */
async function check(text: string, env = {}): Promise<Finished> {
  const path = join(folder, 'pipeline.yaml');
  await writeFile(path, text);
  const run = await cli(['validate', path], { env });
  return { ...run, out: run.out.replaceAll(path, 'FILE'), err: run.err.replaceAll(path, 'FILE') };
}

/** A file with one connector, whose settings begin in line 9, and another plugin. */
function connectors(settings: string): string {
  return `version: "2.2"
pipelines:
  - id: a
    connectors:
      - id: x
        type: source
        plugin: standalone:kafka-wasm
        settings:
${settings}      - { id: y, type: destination, plugin: builtin:file }
`;
}

/** The YAML blocks of a page that hold a part of a pipeline file, as whole files. */
function pipelinesIn(page: string): string[] {
  const blocks = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block]) => block ?? '');
  return blocks
    .filter((block) => /^(version: "2|connectors:)/.test(block))
    .map((block) =>
      block.startsWith('version') ? block : `version: "2.2"\npipelines:\n  - id: a\n${block.replaceAll(/^(?=.)/gm, '    ')}`,
    );
}

const PAGES = ['README.md', 'docs/configuration.md', 'docs/conduit.md', 'docs/migration.md'];

describe('validate of a pipeline file', () => {
  it('takes every pipeline of README and docs', async () => {
    const files = PAGES.flatMap(pipelinesIn);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const { err } = await check(file.replaceAll(/-----BEGIN[^]*?-----END [A-Z ]+-----/g, '').replaceAll(/caCert: \|/g, 'clientID: a'));
      // The pages show a source or a destination alone.
      const told = err
        .split('\n')
        .filter((line) => line !== '' && !/ has no (source|destination)|^config\.invalid: FILE has|"spec"/.test(line));
      expect(told).toEqual([]);
    }
  });

  it('takes what create pipeline prints, also from standard input', async () => {
    const { out: input } = await cli(['create', 'pipeline']);
    const run = await cli(['validate', 'pipeline', '-'], { input });
    expect([run.code, run.err]).toEqual([0, '']);
    expect(run.out).toBe(
      'checked: pipeline "orders", connector "from", source\n' +
        'checked: pipeline "orders", connector "to", destination\n' +
        'standard input: 2 connectors checked, 0 skipped, 0 problems\n',
    );
  });

  it('reports each problem of a setting with line, pipeline and connector, and skips other plugins', async () => {
    const { code, err, out } = await check(
      `version: "2.2"
pipelines:
  - id: a
    status: running
    connectors:
      - id: x
        type: source
        plugin: standalone:kafka-wasm@v0.1.0
        settings:
          servers: h:1
          topics: t
          topicz: geheim
          readFromBeginning: geheim
      - id: y
        type: destination
        plugin: builtin:file
        settings: { path: geheim }
    dead-letter-queue:
      plugin: kafka-wasm
      settings:
        servers: h:1
        topik: geheim
`,
    );
    expect(code).toBe(2);
    expect(err).toContain('config.invalid: FILE has 3 problems\n');
    expect(err).toContain('  FILE, line 12: pipeline "a", connector "x": "topicz": unrecognized parameter; did you mean "topics"?\n');
    expect(err).toMatch(/ {2}FILE, line 13: pipeline "a", connector "x": .*"readFromBeginning"/);
    expect(err).toMatch(/ {2}FILE, line 22: pipeline "a", connector "dead-letter-queue": "topik".*did you mean "topic"/);
    expect(out).toContain('skipped: pipeline "a", connector "y" is builtin:file, which is not checked here\n');
  });

  it('lets a missing required setting count against the line of the connector', async () => {
    const { err } = await check(
      'version: "2.2"\npipelines:\n  - id: a\n    connectors:\n      - id: x\n        type: source\n        plugin: standalone:kafka-wasm\n        settings:\n          servers: h:1\n',
    );
    expect(err).toMatch(/FILE, line 5: pipeline "a", connector "x": .*"topics"/);
  });

  it('tells errors of the structure with their lines', async () => {
    const { code, err } = await check(`pipelines:
  - id: a
    status: on
    connectors:
      - id: x
        type: sink
        plugin: builtin:file
      - id: x
        type: source
  - id: a
  - name: b
`);
    expect(code).toBe(2);
    expect(err.match(/line \d+: .*/g)).toEqual([
      'line 1: "version" is missing: write version: "2.2"',
      'line 2: pipeline "a" has no destination: add a connector with type: destination',
      'line 3: pipeline "a": "status" is "on", expected running or stopped',
      'line 6: pipeline "a", connector "x": "type" is "sink", expected source or destination',
      'line 8: a connector of pipeline "a" has the id "x" of the one in line 5: give it another one',
      'line 8: pipeline "a", connector "x": "plugin" is missing, such as plugin: standalone:kafka-wasm',
      'line 10: a pipeline has the id "a" of the one in line 2: give it another one',
      'line 10: pipeline "a" has no source: add a connector with type: source',
      'line 10: pipeline "a" has no destination: add a connector with type: destination',
      'line 11: a pipeline has no "id"',
      'line 11: pipeline "" has no source: add a connector with type: source',
      'line 11: pipeline "" has no destination: add a connector with type: destination',
    ]);
  });

  it.each([
    ['', 'line 1: the file is empty; expected "version" and "pipelines"'],
    ['- a\n', 'line 1: expected a map with "version" and "pipelines"'],
    ['version: "2.2"\n', 'line 1: "pipelines" is missing: expected a list of pipelines'],
    ['version: "1.0"\npipelines: {}\n', 'line 1: version 1.0 is not read here: write version: "2.2", with a list of pipelines'],
    ['version: "2.2"\npipelines:\n  - id: [a\n', 'line 4: '],
  ])('refuses a file that is no list of pipelines: %j', async (text, told) => {
    const { code, err } = await check(text);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });

  it('replaces variables as Conduit does, and notes those that are not set', async () => {
    const text = (await cli(['create', 'pipeline'])).out.replaceAll('localhost:9092', '${BROKERS}$NONE');
    const set = await check(text, { BROKERS: 'h:1' });
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toMatch(/^note: FILE, line \d+: pipeline "orders", connector "from": "servers": the variable NONE is not set here/);
    const missing = await check(text);
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/connector "from": .*servers/);
  });

  it.each(['ab$SecretPart', 'ab${SecretPart}cd'])('notes a variable in a secret without its name: %s', async (password) => {
    const { out, err } = await check(connectors(`          servers: h:1\n          topics: t\n          saslPassword: ${password}\n`));
    expect(out).toContain('note: FILE, line 11: pipeline "a", connector "x": "saslPassword": "$" begins a variable that is not set here');
    expect(out + err).not.toContain('SecretPart');
  });

  it('reads aliases and merged maps as Conduit does', async () => {
    const text = `base: &base
  servers: &servers h:1
  topics: [geheim]
more: &more { groupID: g, sdk.batch.size: 7 }
version: "2.2"
pipelines:
  - id: a
    connectors:
      - &x
        id: x
        type: source
        plugin: any:kafka-wasm
        settings: { <<: [*more, *base], topics: t, readFromBeginnin: "true" }
      - <<: *x
        id: y
        type: destination
        settings:
          servers: *servers
          topic: t
`;
    const { err, out } = await check(text);
    expect(err.match(/line \d+: .*/g)).toEqual([
      'line 13: pipeline "a", connector "x": "readFromBeginnin": unrecognized parameter; did you mean "readFromBeginning"?',
    ]);
    expect(out).toContain('2 connectors checked, 0 skipped, 1 problem');
    const fixed = await check(text.replace('readFromBeginnin:', 'readFromBeginning:'));
    expect(fixed).toMatchObject({ code: 0, err: '' });
    const wrong = await check(text.replace('sdk.batch.size: 7', 'sdk.batch.size: x').replace('readFromBeginnin:', 'readFromBeginning:'));
    expect(wrong.err).toMatch(/FILE, line 4: pipeline "a", connector "x": .*sdk\.batch\.size/);
  });

  it.each([
    ['<<: { <<: *geheim }', 'line 9: an alias ("*") has no anchor ("&") before it'],
    ['<<: geheim', 'line 9: "<<" merges something that is not a map'],
    ['? [geheim]\n          : b', 'line 9: a key is a list or a map; expected a name'],
    ['servers: { geheim: b }', 'line 9: pipeline "a", connector "x": "servers" is not a text'],
    ['saslPassword: "\\geheim"', 'line 9: an unknown escape in double quotes'],
  ])('tells what Conduit refuses in settings with the line: %s', async (line, told) => {
    const { code, err } = await check(connectors(`          ${line}\n`));
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
    expect(err).not.toContain('geheim');
    expect(err).not.toContain('node:');
  });

  it('accepts what only Conduit can serve: schemas', async () => {
    const { out } = await cli(['create', 'pipeline']);
    const run = await check(out.replaceAll(/#(sdk\.schema\.extract\.\w+\.enabled:) "\w+"/g, '$1 "true"'));
    expect(run).toMatchObject({ code: 0, err: '' });
  });

  it('takes no settings beside the file, and nothing that is neither a side nor a file', async () => {
    expect((await cli(['validate', 'pipeline', 'x.yaml', '-c', 'a=b'])).err).toContain('leave out -c and --config');
    expect((await cli(['validate', 'sink'])).err).toContain(
      'expected source, destination, pipeline FILE or a file that ends in .yaml, got "sink"',
    );
    expect((await cli(['validate', 'missing.yaml'])).err).toContain('config.invalid: cannot read missing.yaml: there is no such file\n');
    expect((await cli(['validate', 'pipeline', folder])).err).toContain(`config.invalid: cannot read ${folder}: it is a directory\n`);
  });
});
