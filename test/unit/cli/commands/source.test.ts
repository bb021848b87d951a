import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { FakeSource, fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';
import { eventually } from '../../../support/wait.ts';

const RECORD = '{"position":"MQ==","operation":"create","metadata":null,"key":null,"payload":{"before":null,"after":"YQ=="}}\n';
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

describe('source', () => {
  it('prints each record as a line, acknowledges it, and ends when no more come', async () => {
    const connectors = fakes(new FakeSource(25, 10));
    const io = new FakeIo();
    expect(await run(['source', '--idle', '50ms'], io, connectors)).toBe(0);
    expect(io.out).toBe(numbers(25).join('\n') + '\n');
    expect(connectors.sourcePort.acked).toEqual(numbers(25));
    expect(connectors.sourcePort.calls).toEqual(['configure', 'open', 'run', 'stop', 'teardown']);
    expect(io.err).toMatch(/^read 25 records in \d+\.\d s\n$/);
  });

  it.each([
    ['readFromBeginning=true', false],
    [' readFromBeginning=1', false],
    ['readFromBeginning = T', false],
    ['readFromBeginning=false', true],
  ])('advises to read from the beginning where no record came, unless the settings do so: %j', async (setting, advises) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const io = new FakeIo();
      let code: number | undefined;
      void run(['source', '--idle', '10ms', '-c', setting], io, fakes(new FakeSource(0))).then((ended) => (code = ended));
      while (code === undefined) await vi.advanceTimersByTimeAsync(1000);
      expect(code).toBe(0);
      expect(io.err.includes('with readFromBeginning=true at their beginning')).toBe(advises);
    } finally {
      vi.useRealTimers();
    }
  });

  it('continues after the position that it is given', async () => {
    const connectors = fakes(new FakeSource(1));
    await run(['source', '--limit', '1', '--position', 'eyJHcm91cElEIjoiZyJ9'], new FakeIo(), connectors);
    expect(Buffer.from(connectors.sourcePort.opened ?? []).toString()).toBe('{"GroupID":"g"}');
  });

  it('waits for a reader that is slow, and reads no further meanwhile', async () => {
    const connectors = fakes(new FakeSource(1000, 10));
    const io = new FakeIo();
    const slow = new PassThrough({ highWaterMark: 16 });
    Object.assign(io, { stdout: slow });
    const ended = run(['source', '--idle', '50ms'], io, connectors);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connectors.sourcePort.emitted).toBeLessThanOrEqual(50);
    slow.resume();
    expect(await ended).toBe(0);
    expect(connectors.sourcePort.acked).toEqual(numbers(1000));
  });

  it('ends quietly when its reader goes away, and acknowledges nothing that was not taken', async () => {
    const connectors = fakes(new FakeSource(1000, 10));
    const io = new FakeIo();
    const taken: string[] = [];
    const gone = new PassThrough();
    gone._write = (chunk: Buffer, _encoding, done) => {
      if (taken.length >= 20) return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      taken.push(...chunk.toString().trim().split('\n'));
      done();
    };
    Object.assign(io, { stdout: gone });
    expect(await run(['source', '-q'], io, connectors)).toBe(0);
    expect(connectors.sourcePort.acked).toEqual(taken);
    expect(io.err).toBe('');
  });

  it('fails with 3 when its output cannot be written', async () => {
    const connectors = fakes(new FakeSource(1000, 10));
    const io = new FakeIo();
    const full = new PassThrough();
    full._write = (_chunk, _encoding, done) => done(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    Object.assign(io, { stdout: full });
    expect(await run(['source'], io, connectors)).toBe(3);
    expect(connectors.sourcePort.acked).toEqual([]);
    expect(io.err).toContain('environment: the output cannot be written: ENOSPC');
  });

  it('with --json keeps stdout for records and tells its outcome on stderr', async () => {
    const io = new FakeIo();
    expect(await run(['source', '--limit', '2', '--json'], io, fakes(new FakeSource(5)))).toBe(0);
    expect(io.out).toBe('0\n1\n');
    expect(JSON.parse(io.err)).toMatchObject({ command: 'source', ok: true, result: { records: 2 }, error: null });
  });
});

describe('Ctrl-C', () => {
  it('ends a command that follows with 0, after teardown', async () => {
    const connectors = fakes(new FakeSource(10));
    const io = new FakeIo();
    const ended = run(['source', '--follow'], io, connectors);
    await eventually(() => connectors.sourcePort.acked.length === 10);
    io.signal();
    expect(await ended).toBe(0);
    expect(connectors.sourcePort.calls.slice(-2)).toEqual(['stop', 'teardown']);
    expect(io.exits).toEqual([]);
  });

  it('ends a command whose open hangs', async () => {
    const connectors = fakes(new FakeSource(10));
    connectors.sourcePort.open = () => new Promise(() => {});
    const io = new FakeIo();
    const ended = run(['source', '--follow'], io, connectors);
    await eventually(() => connectors.destinationPort.calls.includes('open'));
    io.signal();
    expect(await ended).toBe(0);
  });

  it('ends a command whose teardown hangs, within 5 s', async () => {
    const connectors = fakes(new FakeSource(10));
    connectors.sourcePort.teardown = () => new Promise(() => {});
    const io = new FakeIo();
    const ended = run(['source', '--follow'], io, connectors);
    await eventually(() => connectors.sourcePort.acked.length === 10);
    const started = performance.now();
    io.signal();
    expect(await ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(io.err).toContain('closing the source took too long');
  });

  it('given twice ends the process at once with 130', async () => {
    const connectors = fakes(new FakeSource(10));
    connectors.sourcePort.teardown = () => new Promise(() => {});
    const io = new FakeIo();
    void run(['source', '--follow'], io, connectors);
    await eventually(() => connectors.sourcePort.acked.length === 10);
    io.signal();
    expect(io.exits).toEqual([]);
    io.signal();
    expect(io.exits).toEqual([130]);
  });

  it('ends destination though its input stays open, with what was read written', async () => {
    const connectors = fakes();
    const stdin = new PassThrough();
    const io = new FakeIo({ stdin });
    const ended = run(['destination'], io, connectors);
    stdin.write(RECORD);
    await eventually(() => connectors.destinationPort.written.length === 1);
    io.signal();
    expect(await ended).toBe(0);
    expect(connectors.destinationPort.calls.at(-1)).toBe('teardown');
  });
});
