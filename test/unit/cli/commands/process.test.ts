import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { skipped } from '../../../support/skipped.ts';
import { Cli, cli, MAIN } from '../spawned.ts';

const noFull = existsSync('/dev/full') ? null : 'there is no /dev/full';

/** No error shows a user a stack trace or the path of a source file. */
function expectNoStack(text: string): void {
  expect(text).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(text).not.toContain('node:internal');
}

describe('the command line as a process', () => {
  it('explains itself on stdout with --help', async () => {
    const run = await cli(['--help']);
    expect(run).toMatchObject({ code: 0, err: '' });
    for (const command of ['spec', 'validate', 'source', 'destination', 'pipe']) expect(run.out).toContain(`  ${command} `);
    expect(run.out).toContain('Exit codes: 0 done, 1 failed while running, 2 wrong arguments or settings, 3 environment');
  });

  it('prints the version of the component', async () => {
    const run = await cli(['--version']);
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^v\d+\.\d+\.\d+\n$/);
  });

  it('prints the specification as YAML and, with --json, as JSON: the same', async () => {
    const [yaml, json] = await Promise.all([cli(['spec']), cli(['spec', '--json'])]);
    expect(yaml).toMatchObject({ code: 0, err: '' });
    const tree = parse(yaml.out) as { version: string; specification: { source: { parameters: { name: string }[] } } };
    expect(tree.version).toBe('1.0');
    expect(tree.specification.source.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['servers', 'topics', 'groupID', 'readFromBeginning']),
    );
    expect(JSON.parse(json.out)).toMatchObject({ command: 'spec', ok: true, result: tree, error: null });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const run = new Cli(['spec'], { unread: true });
    run.process.stdout.destroy();
    expect(await run.done).toMatchObject({ code: 0, err: '' });
  });

  it
    .skipIf(noFull !== null)
    .each([
      'spec',
      'spec --json',
      '--version',
      '--help',
      'pipe --help',
      'validate source -c servers=a:1 -c topics=b',
      'validate destination --json -c servers=a:1 -c topic=b',
    ])(`ends with 3 where its output cannot be written: %s${skipped(noFull)}`, (argv) => {
    const run = spawnSync('/bin/sh', ['-c', `exec "$0" "$1" ${argv} > /dev/full`, process.execPath, MAIN], { encoding: 'utf8' });
    expect(run.stderr).toMatch(/^environment: the output cannot be written: ENOSPC.*\n$/);
    expect(run.status).toBe(3);
  });

  it('accepts good settings without a broker', async () => {
    expect(await cli(['validate', 'source', '-c', 'servers=localhost:1', '-c', 'topics=a'])).toMatchObject({
      code: 0,
      out: 'the source settings are valid\n',
      err: '',
    });
    expect(await cli(['validate', 'destination', '-c', 'servers=localhost:1', '-c', 'topic=a'])).toMatchObject({
      code: 0,
      out: 'the destination settings are valid\n',
      err: '',
    });
  });
});

describe('arguments whose bytes are not UTF-8', () => {
  const group = `"groupID=$(printf 'gr\\374n')"`;
  const run = (argv: string) => spawnSync('/bin/sh', ['-c', `exec "$0" "$1" ${argv}`, process.execPath, MAIN], { encoding: 'utf8' });

  it('end with 2 and their place, and are not repeated', () => {
    expect(run(`validate source -c servers=h:1 topics=t -c ${group}`)).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        'config.invalid: argument 7 (-c) is not UTF-8 at character 11; use a terminal with UTF-8, or put it into a file of settings\n',
    });
  });

  it('are told in JSON too', () => {
    const { status, stderr } = run(`source --json -c ${group}`);
    expect(JSON.parse(stderr)).toMatchObject({ command: 'source', ok: false, error: { code: 'config.invalid' } });
    expect(status).toBe(2);
  });
});

describe('bad settings end with 2 and say what to change', () => {
  it.each([
    [
      'an unknown setting, with the nearest known one',
      ['source', '-c', 'servers=a:1', '-c', 'topicz=x'],
      '"topicz": unrecognized parameter; did you mean "topics"?',
    ],
    ['a missing setting', ['source', '-c', 'topics=x'], 'error validating "servers": required parameter is not provided'],
    [
      'topic and topics at once',
      ['source', '-c', 'servers=a:1', '-c', 'topic=x', '-c', 'topics=y'],
      'can\'t provide both "topic" and "topics" parameters',
    ],
    [
      'a destination topic that cannot be one',
      ['destination', '-c', 'servers=a:1', '-c', 'topic=a b'],
      'topic is neither a valid static Kafka topic nor a valid Go template',
    ],
  ])('%s', async (_what, [side, ...settings], text) => {
    for (const argv of [
      ['validate', side!, ...settings],
      [side!, ...settings],
    ]) {
      const run = await cli(argv);
      expect(run.code).toBe(2);
      expect(run.out).toBe('');
      expect(run.err).toMatch(/^config\.invalid: the (source|destination) settings have \d problems?\n/);
      expect(run.err).toContain(`  ${text}`);
      expectNoStack(run.err);
    }
  });

  it('in pipe, by the side', async () => {
    const run = await cli(['pipe', '--source', 'servers=a:1', 'topics=x', '--destination', 'serverz=b:1']);
    expect(run.code).toBe(2);
    expect(run.err).toContain('config.invalid: the destination settings have 2 problems');
    expect(run.err).toContain('"serverz": unrecognized parameter; did you mean "servers"?');
  });

  it.each([
    ['a setting without "="', ['source', '-c', 'servers'], '-c number 1 is not key=value, such as -c servers=localhost:9092'],
    ['a configuration file that is not there', ['source', '--config', 'none.yaml'], 'cannot read none.yaml: there is no such file'],
    ['a configuration file that is a folder', ['source', '--config', '.'], 'cannot read .: it is a directory'],
    ['an unknown command, with the nearest known one', ['sorce'], "unknown command 'sorce'\n(Did you mean source?)"],
    ['an unknown option', ['source', '--folow'], "unknown option '--folow'\n(Did you mean --follow?)"],
    [
      'a side that is none',
      ['validate', 'sauce'],
      'validate: expected source, destination, pipeline FILE or a file that ends in .yaml, got "sauce"',
    ],
    ['a limit that is no number', ['source', '--limit', 'many'], 'expected a whole number of at least 1.'],
    ['an idle time that is none', ['source', '--idle', '3'], 'expected a duration such as 500ms, 3s or 2m.'],
    ['an unknown log level', ['source', '--log-level', 'loud'], 'Allowed choices are trace, debug, info, warn, error.'],
  ])('%s', async (_what, argv, text) => {
    const run = await cli(argv);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/^config\.invalid: /);
    expect(run.err).toContain(text);
    expectNoStack(run.err);
  });

  it('as one envelope with --json', async () => {
    const [usage, settings] = await Promise.all([cli(['validate', 'sauce', '--json']), cli(['validate', 'source', '--json'])]);
    expect(usage).toMatchObject({ code: 2, err: '' });
    expect(JSON.parse(usage.out)).toMatchObject({ command: 'validate', ok: false, error: { code: 'config.invalid' } });
    expect(settings).toMatchObject({ code: 2, err: '' });
    const { error } = JSON.parse(settings.out) as { error: { code: string; settings: { name: string }[] } };
    expect(error.settings.map(({ name }) => name).toSorted()).toEqual(['servers', 'topics']);
  });

  it('and help on stderr if there is no command at all', async () => {
    const run = await cli([]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('Usage:');
  });
});

describe('secrets', () => {
  const KEY = 'hunter2-not-a-pem';

  it('are in no output, whatever is wrong with them', async () => {
    for (const json of [[], ['--json']]) {
      const run = await cli([
        'validate',
        'source',
        '-c',
        'servers=a:1',
        '-c',
        'topics=x',
        '-c',
        `clientKey=${KEY}`,
        '-c',
        `clientCert=${KEY}`,
        '-c',
        'topicz=y',
        '--log-level',
        'trace',
        ...json,
      ]);
      expect(run.code).toBe(2);
      expect(run.out + run.err).toContain('PEM');
      expect(run.out + run.err).not.toContain(KEY);
    }
  });

  it('are not repeated when the "=" was forgotten', async () => {
    const run = await cli(['validate', 'source', '-c', KEY]);
    expect(run.code).toBe(2);
    expect(run.out + run.err).not.toContain(KEY);
  });
});

describe('an unreachable broker', () => {
  it.concurrent.each([
    ['source', ['source', '-c', 'servers=127.0.0.1:1', '-c', 'topics=x']],
    ['destination', ['destination', '-c', 'servers=127.0.0.1:1', '-c', 'topic=x']],
    ['pipe', ['pipe', '--source', 'servers=127.0.0.1:1', 'topics=x', '--destination', 'servers=127.0.0.1:1', 'topic=y']],
  ])('ends %s with 3 within 11 s of its first try, with the address', async (_command, argv) => {
    const started = new Cli(argv);
    started.process.stdin.end();
    await started.until('trying again');
    const firstTry = performance.now();
    const run = await started.done;
    expect(performance.now() - firstTry).toBeLessThan(11_000);
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toMatch(/^kafka\.unreachable: .*127\.0\.0\.1:1\b/m);
    expectNoStack(run.err);
  });
});
