import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniqueName } from '../support/broker.ts';
import { cli, MAIN } from '../unit/cli/spawned.ts';
import { committed, filled, kafka, servers, settings, topic, useAdmin } from './support/cli-topics.ts';

useAdmin();
const producer = kafka.producer();
beforeAll(() => producer.connect());
afterAll(() => producer.disconnect());
const source = (name: string, ...more: string[]) =>
  cli(['source', '-q', ...settings(`servers=${servers}`, `topics=${name}`), '--from', 'earliest', ...more]);

describe('--format', () => {
  let name: string;
  beforeAll(async () => {
    name = await topic();
    const timestamp = String(Date.parse('2026-11-25T08:00:00Z'));
    await producer.send({
      topic: name,
      messages: [
        { key: 'order-1', value: '{"id":9007199254740993}', headers: { shop: 'web' }, timestamp },
        { key: null, value: Buffer.of(0xff, 0), timestamp },
        { key: 'order-1', value: null, timestamp },
        { key: '', value: '', timestamp },
      ],
    });
  });

  it('text is a line for each record', async () => {
    const time = '2026-11-25T08:00:00.000Z';
    expect(await source(name, '--format', 'text')).toMatchObject({
      code: 0,
      lines: [
        `${name}\t0\t0\t${time}\torder-1\t{"id":9007199254740993}\tshop=web`,
        `${name}\t0\t1\t${time}\tnull\tb"\\xff\\x00"`,
        `${name}\t0\t2\t${time}\torder-1\tnull`,
        `${name}\t0\t3\t${time}\t""\t""`,
      ],
    });
  });

  it('decoded is JSON with decoded keys and values', async () => {
    const { code, out, lines } = await source(name, '--format', 'decoded');
    expect(code).toBe(0);
    expect(out).toContain(
      '"offset":0,"timestamp":"2026-11-25T08:00:00.000Z","key":"order-1","value":{"id":9007199254740993},"headers":{"shop":"web"}}',
    );
    expect(lines.slice(1).map((line) => JSON.parse(line) as object)).toMatchObject([
      { topic: name, partition: 0, offset: 1, key: null, valueBase64: '/wA=', headers: {} },
      { offset: 2, key: 'order-1', value: null },
      { offset: 3, key: '', value: '' },
    ]);
  });

  it('a template prints what it names', async () => {
    expect((await source(name, '--format', '%t %p:%o %K %S %k=%v;')).out).toBe(
      `${name} 0:0 7 23 order-1={"id":9007199254740993};${name} 0:1 -1 2 =b"\\xff\\x00";${name} 0:2 7 -1 order-1=;${name} 0:3 0 0 =;`,
    );
  });

  it('json is what is printed without the option', async () => {
    const withoutReadAt = (out: string): string => out.replaceAll(/"opencdc.readAt":"\d+"/g, '').replaceAll(/"position":"[^"]+"/g, '');
    const [named, not] = [await source(name, '--format', 'json'), await source(name)];
    expect(withoutReadAt(named.out)).toBe(withoutReadAt(not.out));
    expect(named.lines).toHaveLength(4);
  });

  it.each([
    ['yaml', 'expected json, decoded, text, or a template such as'],
    ['%q', 'the template of --format has "%q", expected %t topic'],
  ])('%s is refused with 2', async (format, reason) => {
    const run = await source(name, '--format', format);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(reason);
  });

  it('commits what it has printed, and no more than --limit', async () => {
    const [full, group] = [await filled(30), uniqueName('group')];
    const argv = ['source', '-q', ...settings(`servers=${servers}`, `topics=${full}`, `groupID=${group}`, 'readFromBeginning=true')];
    const first = await cli([...argv, '--format', '%o\\n', '--limit', '7']);
    expect(first.lines).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(await committed(group, full)).toBe(7);
    expect((await cli([...argv, '--format', '%o\\n'])).lines[0]).toBe('7');
  });

  it('ends quietly with 0 when head has its lines, and with 3 when the disk is full', async () => {
    const full = await filled(20_000);
    const argv = [MAIN, 'source', ...settings(`servers=${servers}`, `topics=${full}`), '--from', '0', '--format', 'text'];
    const head = `"$0" "$@" | head -2 | cut -f3; test "\${PIPESTATUS[0]}" = 0`;
    expect(await promisify(execFile)('bash', ['-c', head, process.execPath, ...argv])).toEqual({ stdout: '0\n1\n', stderr: '' });
    const disk = await promisify(execFile)('bash', ['-c', '"$0" "$@" > /dev/full; echo $?', process.execPath, ...argv]);
    expect(disk.stdout).toBe('3\n');
    expect(disk.stderr).toMatch(/^environment: the output cannot be written: /m);
  });
});
