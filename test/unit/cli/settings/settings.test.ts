import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Readable } from 'node:stream';
import * as files from '../../../../host/cli/settings/settings-file.ts';
import { settingsFromPairs, type Settings } from '../../../../host/cli/settings/settings.ts';

const input = (env: Record<string, string> = {}, stdin = ''): files.FileInput => ({
  env,
  stdin: Readable.from([Buffer.from(stdin)]),
  publicSettings: new Set(['servers', 'topics']),
});
const settingsFromFile = async (path: string, env = {}): Promise<Settings> => (await files.settingsFromFile(path, input(env))).settings;
const sidesFromFile = async (path: string): Promise<{ source: Settings; destination: Settings }> => {
  const { source, destination } = await files.sidesFromFile(path, input());
  return { source: source.settings, destination: destination.settings };
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('key=value arguments', () => {
  it('keep everything after the first "="', () => {
    expect(settingsFromPairs(['a=1', 'b=x=y=', 'c='], '-c')).toEqual({ a: '1', b: 'x=y=', c: '' });
  });

  it('are refused where a setting is there twice, without the values', () => {
    const message = '-c gives "a" twice: keep one of them';
    expect(() => settingsFromPairs(['a=geheim', 'b=1', 'a=other'], '-c')).toThrow(
      expect.objectContaining({ code: 'config.invalid', message }),
    );
  });

  it.each([['no equals sign'], ['=value'], ['']])('refuses %j without repeating it, since it may be a secret', (pair) => {
    const message = '-c number 2 is not key=value, such as -c servers=localhost:9092';
    expect(() => settingsFromPairs(['a=1', pair], '-c')).toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });

  it('lose the blanks around name and value, and are given twice all the same', () => {
    expect(settingsFromPairs([' a =1', 'b = 2 '], '-c')).toEqual({ a: '1', b: '2' });
    expect(() => settingsFromPairs([' a =1', 'a = 2 '], '-c')).toThrow('-c gives "a" twice');
    expect(() => settingsFromPairs([' =1'], '-c')).toThrow('-c number 1 is not key=value');
  });

  it('takes a setting called __proto__ as a setting', () => {
    expect(Object.entries(settingsFromPairs(['__proto__=x'], '-c'))).toEqual([['__proto__', 'x']]);
  });
});

describe('a settings file', () => {
  it('loses the blanks around names and values, on each side too', async () => {
    expect(await settingsFromFile(await file('blanks.json', '{" servers ":" h:1 "}'))).toEqual({ servers: 'h:1' });
    const sides = await sidesFromFile(await file('blank-sides.yaml', 'source:\n  " topics": " a "\ndestination:\n  "topic ": b\n'));
    expect(sides).toEqual({ source: { topics: 'a' }, destination: { topic: 'b' } });
  });

  it.each([
    ['bom.json', '\ufeff{"servers":"h:1"}'],
    ['bom.yaml', '\ufeffservers: h:1\n'],
    ['bom-crlf.yaml', '\ufeffservers: h:1\r\n'],
  ])('may begin with a byte order mark: %s', async (name, text) => {
    expect(await settingsFromFile(await file(name, text))).toEqual({ servers: 'h:1' });
  });

  it.each(['latin.json', 'latin.yaml'])('that is not UTF-8 is refused with line and column, and not quoted: %s', async (name) => {
    const path = await file(name, Buffer.from('{"saslPassword": "geheim",\n "groupID": "gr\xfcn"}', 'latin1'));
    const message = `${path}, line 2, column 16: it is not UTF-8 (byte 0xfc); save it as UTF-8`;
    await expect(settingsFromFile(path)).rejects.toMatchObject({ code: 'config.invalid', message, fields: { setting: '--config' } });
    await expect(sidesFromFile(path)).rejects.toMatchObject({ message });
  });

  it.each([
    ['a.json', '{"servers": "geheim",\n "topics": }', 'JSON: line 2, column 12: unexpected "}"'],
    ['b.json', '{"saslPassword": "geheim" "a": 1}', "JSON: line 1, column 27: expected ',' or '}' after property value"],
    ['c.json', '', 'JSON: it is empty'],
    ['d.json', '["geheim", nope]', 'JSON: line 1, column 13: unexpected "o"'],
    ['e.yaml', 'servers: a\nsaslPassword: "geheim\ntopics: b\n', 'YAML: line '],
    ['f.yaml', 'servers: geheim\nservers: b\n', 'YAML: line 2, column 1: "servers" is there already, in line 1: keep one of them'],
    [
      'f.json',
      '{"servers": "geheim",\n " servers": "b"}',
      'JSON: line 2, column 2: "servers" is there already, in line 1: keep one of them',
    ],
    ['g.yaml', 'a: geheim\n---\nb: geheim\n', 'YAML: line 2, column 1: a second document begins ("---"); expected one'],
    ['h.yaml', 'a: &geheim b\nsaslPassword: *geheim\n', 'YAML: line 2, column 15: an alias ("*") is not read here'],
    ['i.yaml', 'a: b\n? [geheim]\n: c\n', 'YAML: line 2, column 3: a key is a list, a map or an alias; expected the name of a setting'],
    [
      'j.yaml',
      'saslPassword: @geheim\n',
      'YAML: line 1, column 15: a value begins with a character that YAML reserves; put the value in quotes',
    ],
    ['k.yaml', 'saslPassword: "\\geheim"\n', 'YAML: line 1, column 16: an unknown escape in double quotes'],
    ['l.yaml', 'saslPassword: "a" geheim\n', 'YAML: line 1, column 19: something that does not belong here'],
  ])('that cannot be read is refused with the place and the reason, and not quoted: %s', async (name, text, reason) => {
    const error = await settingsFromFile(await file(name, text)).catch((failure: unknown) => failure as Error);
    expect(error).toMatchObject({ code: 'config.invalid', message: expect.stringContaining(`${name} is not valid ${reason}`) });
    expect((error as Error).message).not.toContain('geheim');
  });

  it('of UTF-16 is refused as such', async () => {
    const path = await file('utf16.yaml', Buffer.from('\ufeffservers: h:1\n', 'utf16le'));
    await expect(settingsFromFile(path)).rejects.toThrow(`${path}, line 1, column 1: it is UTF-16, expected UTF-8; save it as UTF-8`);
  });

  it('is YAML whose values are the texts that were written', async () => {
    const path = await file(
      'a.yaml',
      'servers: localhost:9092\nreadFromBeginning: yes\ncommitOffsetsSize: 0100\n"tls.enabled": false\ntopics: [a, b]\nempty:\n',
    );
    expect(await settingsFromFile(path)).toEqual({
      servers: 'localhost:9092',
      readFromBeginning: 'yes',
      commitOffsetsSize: '0100',
      'tls.enabled': 'false',
      topics: 'a,b',
      empty: '',
    });
  });

  it('keeps a certificate in a block of lines', async () => {
    const path = await file('pem.yml', 'caCert: |\n  -----BEGIN CERTIFICATE-----\n  abc\n  -----END CERTIFICATE-----\n');
    expect(await settingsFromFile(path)).toEqual({ caCert: '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----' });
  });

  it('is JSON if its name says so', async () => {
    const path = await file(
      'a.json',
      '{"servers":"h:1","commitOffsetsSize":7,"readFromBeginning":true,"text":"\\ud83d\\ude00","none":null}',
    );
    expect(await settingsFromFile(path)).toEqual({
      servers: 'h:1',
      commitOffsetsSize: '7',
      readFromBeginning: 'true',
      text: '\u{1f600}',
      none: '',
    });
  });

  it('may be empty', async () => {
    expect(await settingsFromFile(await file('empty.yaml', ''))).toEqual({});
    expect(await settingsFromFile(await file('comment.yaml', '# nothing\n'))).toEqual({});
  });

  it('is named in the error when it does not exist', async () => {
    await expect(settingsFromFile(join(folder, 'none.yaml'))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/none\.yaml: there is no such file$/) as string,
    });
  });

  it('is refused when it is a directory', async () => {
    await expect(settingsFromFile(folder)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/it is a directory$/) as string,
    });
  });

  it('that cannot be parsed is refused without quoting it', async () => {
    const yaml = await file('bad.yaml', 'clientKey: "hunter2\nservers: x\n');
    await expect(settingsFromFile(yaml)).rejects.toSatisfy(
      (error: Error) => /bad\.yaml is not valid YAML/.test(error.message) && !error.message.includes('hunter2'),
    );
    const json = await file('bad.json', '{"clientKey":"hunter2"');
    await expect(settingsFromFile(json)).rejects.toSatisfy(
      (error: Error) => /bad\.json is not valid JSON/.test(error.message) && !error.message.includes('hunter2'),
    );
  });

  it('with a nested map says how to write it', async () => {
    const path = await file('nested.yaml', 'tls:\n  enabled: true\n');
    await expect(settingsFromFile(path)).rejects.toMatchObject({
      message: expect.stringContaining(
        '"tls": expected a text, got a map; write settings with a dot flat, such as "tls.enabled: true"',
      ) as string,
    });
  });

  it.each([
    ['a map', 'servers: h:1\ntls:\n  enabled: true\n'],
    ['a map', 'servers: h:1\ntls: [a, { enabled: true }]\n'],
  ])('names the line of a setting that is or holds %s', async (what, text) => {
    const path = await file('line.yaml', text);
    await expect(settingsFromFile(path)).rejects.toThrow(`${path}, line 2: "tls": expected a text, got ${what}`);
    const json = await file('line.json', '{"servers": "h:1",\n"tls": [{"enabled": true}]}');
    await expect(settingsFromFile(json)).rejects.toThrow(`${json}, line 2: "tls": expected a text, got a map`);
  });

  it('that is a list or a text is refused', async () => {
    await expect(settingsFromFile(await file('list.yaml', '- a\n'))).rejects.toMatchObject({
      message: expect.stringContaining('expected a map of settings, got a list') as string,
    });
    await expect(settingsFromFile(await file('text.yaml', 'abc\n'))).rejects.toMatchObject({
      message: expect.stringContaining('expected a map of settings, got a text') as string,
    });
  });
});

describe('the file of pipe', () => {
  it('holds the settings of both sides', async () => {
    const path = await file('pipe.yaml', 'source:\n  servers: a:1\n  topics: x\ndestination:\n  servers: b:2\n');
    expect(await sidesFromFile(path)).toEqual({ source: { servers: 'a:1', topics: 'x' }, destination: { servers: 'b:2' } });
  });

  it('names the line of what is no map', async () => {
    const path = await file('side.yaml', 'source:\n  servers: a:1\ndestination: [a]\n');
    await expect(sidesFromFile(path)).rejects.toThrow(`${path}, line 3: "destination": expected a map of settings, got a list`);
    await writeFile(path, 'source:\n  servers: a:1\ntopic: b\n');
    await expect(sidesFromFile(path)).rejects.toThrow(`${path}, line 3: "topic" is not expected here`);
  });

  it('with anything else at its top is refused', async () => {
    const path = await file('flat.yaml', 'servers: a:1\n');
    await expect(sidesFromFile(path)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(
        '"servers" is not expected here; the file holds two maps of settings, "source" and "destination"',
      ) as string,
    });
  });
});

describe('variables in a settings file', () => {
  it('are replaced, with a default where they are not set or empty', async () => {
    const path = await file('variables.yaml', 'servers: ${HOST}:${PORT:-9092}\ntopics: ["a-${T}", "${EMPTY:-b}"]\nclientID: "${EMPTY}"\n');
    expect(await settingsFromFile(path, { HOST: 'h', T: '1', EMPTY: '' })).toEqual({ servers: 'h:9092', topics: 'a-1,b', clientID: '' });
  });

  it('stay texts, and are not replaced in what they hold', async () => {
    const path = await file('texts.yaml', 'a: ${A}\nb: ${B}\n');
    expect(await settingsFromFile(path, { A: 'yes', B: '[x]: ${A} #' })).toEqual({ a: 'yes', b: '[x]: ${A} #' });
  });

  it('have an escape, and a "$" alone is a "$"', async () => {
    const path = await file('escape.json', '{"a":"$${A}","b":"pa$$word$A","c":"{{ $x }}"}');
    expect(await settingsFromFile(path, { A: 'x' })).toEqual({ a: '${A}', b: 'pa$$word$A', c: '{{ $x }}' });
  });

  it('that are not set are an error with line and name, and no value', async () => {
    const path = await file('missing.yaml', 'saslPassword: geheim\n\nservers: geheim${HOST}\n');
    const message = `${path}, line 3: "servers": the variable HOST is not set: set it, or write \${HOST:-default}`;
    await expect(settingsFromFile(path)).rejects.toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });

  it.each(['saslPassword', 'saslPasswort'])('that are not set are not named in %s, whose value may have one by chance', async (name) => {
    const path = await file('missing-secret.yaml', `servers: h:1\n\n${name}: ab\${geheim}cd\n`);
    const message = `${path}, line 3: "${name}": a variable in it is not set: set it, or write \${NAME:-default}; write "$\${" if "\${" is a part of the value`;
    await expect(settingsFromFile(path)).rejects.toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });

  it('take a text as their default, and no other variable', async () => {
    const path = await file('default.yaml', 'servers: ${A:-${B}}\n');
    const message = `${path}, line 1: "servers": a variable has a variable as its default: write a text there`;
    await expect(settingsFromFile(path, { B: 'x' })).rejects.toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });

  it.each(['${}', '${1A}', '${A', '${A:=b}'])('of another form are refused, with the escape: %s', async (text) => {
    const path = await file('malformed.json', JSON.stringify({ a: 1, saslPassword: `geheim${text}` }));
    await expect(settingsFromFile(path, { A: 'x' })).rejects.toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: `${path}, line 1: "saslPassword": "\${" begins a variable, such as \${NAME} or \${NAME:-default}; write "$\${" for these two characters`,
      }),
    );
  });
});

describe('the settings of standard input', () => {
  it('are read as those of a file', async () => {
    const { settings, whereSet } = await files.settingsFromFile('-', input({ T: 'orders' }, 'servers: h:1\ntopics: ${T}\n'));
    expect(settings).toEqual({ servers: 'h:1', topics: 'orders' });
    expect(whereSet.get('topics')).toBe('standard input, line 2');
  });
});
