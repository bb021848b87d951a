import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Cli, cli } from '../unit/cli/spawned.ts';
import { uniqueName } from '../support/broker.ts';
import { all, at, base64, committed, filled, from, piping, records, topic, useAdmin, values } from './support/cli-topics.ts';

useAdmin();

describe('Ctrl-C', () => {
  it('ends source with 0 within 5 s, everything printed committed', async () => {
    const name = await filled(100);
    const group = uniqueName('group');
    const run = new Cli(['source', ...from(name, group), '--follow']);
    await run.until(base64('value 99'));
    const pressed = performance.now();
    run.process.kill('SIGINT');
    const { code, lines } = await run.done;
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(code).toBe(0);
    expect(await committed(group, name)).toBe(lines.length);
  });

  it('ends source with 0 within 5 s though nobody reads its output, nothing unread committed', async () => {
    const name = await filled(50_000);
    const group = uniqueName('group');
    const run = new Cli(['source', ...from(name, group), '--log-level', 'info'], { unread: true });
    await run.until('joined the consumer group');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const exited = new Promise<number | null>((resolve) => run.process.once('exit', resolve));
    const pressed = performance.now();
    run.process.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(run.err).toContain('the last records were not written in time; the next run reads them again');
    run.readOutput();
    const { lines } = await run.done;
    expect(lines.length).toBeLessThan(50_000);
    expect(await committed(group, name)).toBeLessThanOrEqual(lines.length);
  });

  it('is an orderly end of all connections: also at debug no line tells of an error', async () => {
    const name = await filled(10);
    const reading = new Cli(['source', ...from(name), '--follow', '--log-level', 'debug']);
    await reading.until(base64('value 9'));
    reading.process.kill('SIGINT');
    const made = uniqueName('made');
    const writing = await cli(['destination', ...at(made), '--log-level', 'debug'], { input: records(3) });
    for (const { code, err } of [await reading.done, writing]) {
      expect(code).toBe(0);
      expect(err).toContain('debug: ');
      expect(err).not.toContain('Connection error');
      expect(err).not.toMatch(/^(warn|error): /m);
    }
  });

  it.each(['topics', 'groups', 'brokers'])('ends %s with 0 while a broker does not answer', async (command) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const connected = once(silent, 'connection');
    const run = new Cli([command, '-c', `servers=127.0.0.1:${(silent.address() as AddressInfo).port}`]);
    const [socket] = (await connected) as [Socket];
    run.process.kill('SIGINT');
    const { code, err } = await run.done;
    socket.destroy();
    silent.close();
    expect({ code, err }).toEqual({ code: 0, err: 'stopped\n' });
  });

  it('ends source with 0 while it looks for a broker that is not there', async () => {
    const run = new Cli(['source', '-c', 'servers=127.0.0.1:1', '-c', 'topics=x']);
    await run.until('trying again');
    run.process.kill('SIGINT');
    expect(await run.done).toMatchObject({ code: 0 });
  });

  it('ends pipe with 0 within 5 s, everything committed that was written and nothing else', async () => {
    const [name, copy, group] = [await filled(20_000), await topic(), uniqueName('group')];
    const run = new Cli([...piping(name, copy, group), '--follow']);
    while ((await committed(group, name).catch(() => 0)) === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const pressed = performance.now();
    run.process.kill('SIGINT');
    expect((await run.done).code).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(await all(copy)).toEqual(values(await committed(group, name)));
  });

  it('twice ends at once with 130', async () => {
    const run = new Cli(['source', ...from(await topic()), '--follow', '--log-level', 'info']);
    await run.until('joined the consumer group');
    run.process.kill('SIGINT');
    run.process.kill('SIGTERM');
    expect(await run.done).toMatchObject({ code: 130 });
  });
});
