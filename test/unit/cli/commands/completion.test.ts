import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipped } from '../../../support/skipped.ts';
import { cli, MAIN } from '../spawned.ts';

const complete = async (...words: string[]): Promise<string[]> => (await cli(['completion', '--words', ...words])).lines;

describe('completion --words', () => {
  it('completes commands, then options, and values of choices', async () => {
    expect(await complete('de')).toEqual(['destination']);
    expect(await complete('')).toEqual(expect.arrayContaining(['source', 'destination', 'pipe', 'create', 'completion']));
    expect(await complete('source', '--fol')).toEqual(['--follow']);
    expect(await complete('source', '--log-level', 'de')).toEqual(['debug']);
    expect(await complete('destination', '--input', '')).toEqual(['opencdc', 'text', 'key-value', 'json']);
    expect(await complete('create', 'p')).toEqual(['pipeline']);
    expect(await complete('validate', '-q', 'd')).toEqual(['destination']);
    expect(await complete('--v')).toEqual(['--version']);
  });

  it('completes names of settings of the right side, and their values', async () => {
    expect(await complete('source', '-c', 'top')).toEqual(['topic=', 'topics=', 'topicsRefreshInterval=', 'topicsRegex=']);
    expect(await complete('source', '-c', 'topics=a', '--setting', 'readF')).toEqual(['readFromBeginning=']);
    expect(await complete('destination', '-c', 'acks=')).toEqual(['none', 'one', 'all', '0', '1', '-1'].map((value) => `acks=${value}`));
    expect(await complete('validate', 'destination', '-c', 'compression=l')).toEqual(['compression=lz4']);
    expect(await complete('source', '-c', 'tls.enabled=t')).toEqual(['tls.enabled=true']);
    expect(await complete('pipe', '--source', 'topics=a', 'readF')).toEqual(['readFromBeginning=']);
    expect(await complete('pipe', '--source', 'topics=a', '--destination', 'acks=al')).toEqual(['acks=all']);
  });

  it('leaves files and free values to the shell', async () => {
    for (const words of [['source', '--config', 's'], ['source', '-c', 'topics='], ['source', '-c', 'nothing='], ['nothing']])
      expect(await complete(...words)).toEqual([]);
  });
});

/** Why a shell is not tested; null if it is installed. */
const missing = (shell: string): string | null => (spawnSync(shell, ['--version']).status === 0 ? null : `${shell} is not installed`);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-completion-'));
  writeFileSync(join(folder, 'kw'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script of a shell, with `kw` in its path. */
function runIn(shell: string, script: string): string[] {
  const run = spawnSync(shell, [shell === 'fish' ? '--no-config' : shell === 'zsh' ? '-f' : '--norc', '-c', script], {
    env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, TERM: 'dumb' },
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  return run.stdout.split('\n').filter((line) => line !== '');
}

/** What bash makes of a line, as readline asks for it. */
const inBash = (line: string, before = 'source <(kw completion bash kw)', called = 'kw'): string[] =>
  runIn(
    'bash',
    `${before}
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_kw_completion ${called}
printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

describe.runIf(missing('bash') === null)(`bash${skipped(missing('bash'))}`, () => {
  it('completes a command, an option, a setting and its value behind the "="', () => {
    expect(inBash('kw dest')).toEqual(['destination']);
    expect(inBash('kw source --fol')).toEqual(['--follow']);
    expect(inBash('kw source -c readF')).toEqual(['readFromBeginning=']);
    expect(inBash('kw destination -c acks=al')).toEqual(['all']);
    expect(inBash('kw create ')).toEqual(['source', 'destination', 'pipeline']);
    expect(inBash('kw source --config ')).toEqual([]);
  });

  it('completes behind an alias', () => {
    const alias = `shopt -s expand_aliases; kw completion bash kw > kw.sh; source kw.sh; alias kw='${process.execPath} ${MAIN}'; PATH=/usr/bin:/bin`;
    expect(inBash('kw dest', `cd '${folder}'; ${alias}`)).toEqual(['destination']);
  });

  it('completes a setting and its value inside quotes, as a whole word', () => {
    expect(inBash('kw source -c "readF')).toEqual(['readFromBeginning=']);
    expect(inBash('kw source -c "tls.enabled=t')).toEqual(['tls.enabled=true']);
  });

  it('completes behind a path with blanks, typed or in an alias', () => {
    const path = join(folder, 'a b', 'kw');
    mkdirSync(join(folder, 'a b'));
    writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
    const script = 'source <(kw completion bash kw)';
    const alias = `shopt -s expand_aliases; ${script}; alias kw='"${path}"'; PATH=/usr/bin:/bin`;
    expect(inBash('kw dest', alias)).toEqual(['destination']);
    for (const called of [path, path.replace(' ', '\\ ')]) expect(inBash(`${called} dest`, script, `'${called}'`)).toEqual(['destination']);
  });

  it('is told of the function, and of files where there is nothing else', () => {
    expect(runIn('bash', 'source <(kw completion bash kw); complete -p kw')).toEqual(['complete -o default -F _kw_completion kw']);
  });
});

describe.runIf(missing('zsh') === null)(`zsh${skipped(missing('zsh'))}`, () => {
  it('completes a command, a setting and its value', () => {
    const inZsh = (...words: string[]): string[] =>
      runIn(
        'zsh',
        `compdef() { }; compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }; _files() { print files }
source <(kw completion zsh kw)
words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; PREFIX=$words[-1]
_kw_completion`,
      );
    expect(inZsh('kw', 'dest')).toEqual(['destination']);
    expect(inZsh('kw', 'source', '-c', 'readF')).toEqual(['readFromBeginning=']);
    expect(inZsh('kw', 'destination', '-c', 'acks=al')).toEqual(['acks=all']);
    expect(inZsh('kw', 'source', '--config', '')).toEqual(['files']);
  });
});

describe.runIf(missing('fish') === null)(`fish${skipped(missing('fish'))}`, () => {
  it('completes a command, a setting and its value', () => {
    const inFish = (line: string): string[] => runIn('fish', `kw completion fish kw | source; complete -C '${line}'`);
    expect(inFish('kw dest')).toEqual(['destination']);
    expect(inFish('kw source -c readF')).toEqual(['readFromBeginning=']);
    expect(inFish('kw destination -c acks=al')).toEqual(['acks=all']);
  });
});

describe('completion', () => {
  it('is refused for another shell, and for what is no name of a command', async () => {
    expect(await cli(['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' });
    expect(await cli(['completion', 'bash', 'a b'])).toMatchObject({ code: 2, out: '' });
  });
});
