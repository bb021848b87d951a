import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../spawned.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a problem of a setting', () => {
  it('names the line of the file that it comes from, and not that of a value that -c has replaced', async () => {
    const path = join(folder, 'source.yaml');
    await writeFile(path, '# comment\nservers: localhost:9092\ntopicz: orders\ntopics: orders\ncommitOffsetsSize: x\n');
    const { code, err } = await cli(['validate', 'source', '--config', path]);
    expect(code).toBe(2);
    expect(err).toContain(`  ${path}, line 3: "topicz": unrecognized parameter`);
    expect(err).toMatch(new RegExp(`^  ${path}, line 5: .*"commitOffsetsSize"`, 'm'));
    const replaced = await cli(['validate', 'source', '--config', path, '-c', 'commitOffsetsSize=y']);
    expect(replaced.err).toContain('line 3');
    expect(replaced.err).not.toContain('line 5');
  });

  it('names the line of a JSON file, and of both sides of a pipe', async () => {
    const path = join(folder, 'pipe.json');
    await writeFile(
      path,
      '{\n  "source": {\n    "servers": "h:1",\n    "topicz": "a", "topics": "b" },\n  "destination": {\n    "topik": "b", "servers": "h:1" } }',
    );
    const { code, err } = await cli(['pipe', '--config', path]);
    expect(code).toBe(2);
    expect(err).toContain(`source: ${path}, line 4: "topicz"`);
    expect(err).toContain(`destination: ${path}, line 6: "topik"`);
  });
});

describe('--config -', () => {
  it('reads the settings from standard input, with variables', async () => {
    const input = 'servers: ${BROKERS}\ntopics: orders\n';
    expect(await cli(['validate', 'source', '--config', '-'], { input, env: { BROKERS: 'localhost:9092' } })).toMatchObject({ code: 0 });
    const missing = await cli(['validate', 'source', '--config', '-'], { input });
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('config.invalid: standard input, line 1: "servers": the variable BROKERS is not set');
  });

  it('is refused for destination, whose lines come from there', async () => {
    const { code, err } = await cli(['destination', '--config', '-'], { input: '' });
    expect([code, err]).toEqual([2, 'config.invalid: destination reads its lines from standard input: put the settings into a file\n']);
  });
});
