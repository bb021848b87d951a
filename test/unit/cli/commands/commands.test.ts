import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { FakeDestination, FakeSource, fakes } from '../fake-connectors.ts';
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

describe('destination', () => {
  it('with empty input writes nothing and ends with 0', async () => {
    const connectors = fakes();
    const io = new FakeIo();
    expect(await run(['destination'], io, connectors)).toBe(0);
    expect(connectors.destinationPort.writes).toEqual([]);
  });

  it('says what it waits for when its input is a terminal', async () => {
    const io = new FakeIo({ stdin: Object.assign(Readable.from([]), { isTTY: true }) });
    expect(await run(['destination'], io, fakes())).toBe(0);
    expect(io.err).toContain('warn: reading OpenCDC JSON lines from the terminal; Ctrl-D ends them');
  });

  it('draws no progress line below what is typed', async () => {
    const connectors = fakes();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const io = new FakeIo({ stdin, isTTY: true });
    const ended = run(['destination'], io, connectors);
    stdin.write(RECORD);
    await eventually(() => connectors.destinationPort.written.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    stdin.end();
    expect(await ended).toBe(0);
    expect(io.err).not.toContain('records  ');
  });

  it('writes many lines in few batches', async () => {
    const connectors = fakes();
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(RECORD.repeat(2500))]) });
    expect(await run(['destination', '--json'], io, connectors)).toBe(0);
    expect(connectors.destinationPort.writes).toEqual([1000, 1000, 500]);
    expect(JSON.parse(io.out)).toMatchObject({ command: 'destination', ok: true, result: { records: 2500, failed: 0 } });
  });

  it('does not keep a line waiting for the next one', async () => {
    const connectors = fakes();
    const stdin = new PassThrough();
    const ended = run(['destination'], new FakeIo({ stdin }), connectors);
    stdin.write(RECORD);
    await eventually(() => connectors.destinationPort.written.length === 1);
    stdin.end(RECORD);
    expect(await ended).toBe(0);
    expect(connectors.destinationPort.written).toHaveLength(2);
  });

  it('reads no further than two batches ahead of a slow broker', async () => {
    const connectors = fakes();
    let release = (): void => {};
    connectors.destinationPort.delay = () => new Promise((resolve) => (release = resolve));
    let chunks = 0;
    const stdin = Readable.from(
      (function* () {
        for (; chunks < 100; chunks++) yield Buffer.from(RECORD.repeat(100));
      })(),
      { highWaterMark: 1 },
    );
    const ended = run(['destination'], new FakeIo({ stdin }), connectors);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(chunks).toBeLessThan(25);
    connectors.destinationPort.delay = () => Promise.resolve();
    release();
    expect(await ended).toBe(0);
    expect(connectors.destinationPort.written).toHaveLength(10_000);
  });

  it('stops at a line that is not a record: its number, 1, and everything before it written', async () => {
    const connectors = fakes();
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(RECORD + RECORD + '\n{"id":1}\n' + RECORD)]) });
    expect(await run(['destination'], io, connectors)).toBe(1);
    expect(connectors.destinationPort.written).toHaveLength(2);
    expect(io.err).toContain('input.invalid: line 4 is not an OpenCDC record: the record has a field "id"');
    expect(io.err).toContain('wrote 2 records');
  });

  it('tells of each record that failed by its line, writes its neighbours, and ends with 1', async () => {
    const connectors = fakes();
    const line = (n: number): string => RECORD.replace('MQ==', Buffer.from(String(n)).toString('base64'));
    connectors.destinationPort.reject = (position) => (position === '2' ? 'too large' : null);
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(line(1) + line(2) + line(3))]) });
    expect(await run(['destination'], io, connectors)).toBe(1);
    expect(connectors.destinationPort.written).toEqual(['1', '3']);
    expect(io.err).toContain('error: line 2: too large');
    expect(io.err).toContain('kafka.rejected: 1 of 3 records were not written');
  });

  it('tells of lines that failed for the same reason together', async () => {
    const connectors = fakes();
    const line = (n: number): string => RECORD.replace('MQ==', Buffer.from(String(n)).toString('base64'));
    connectors.destinationPort.reject = (position) => (position === '1' ? null : position === '5' ? 'too large' : 'gone');
    const io = new FakeIo({ stdin: Readable.from([Buffer.from([1, 2, 3, 4, 5].map(line).join('') + '\n' + line(6))]) });
    expect(await run(['destination'], io, connectors)).toBe(1);
    expect(io.err.split('\n').slice(0, 4)).toEqual([
      'error: lines 2 to 4: gone',
      'error: line 5: too large',
      'error: line 7: gone',
      'kafka.rejected: 5 of 6 records were not written; see the errors above',
    ]);
  });

  it('fails when a write fails as a whole', async () => {
    const connectors = fakes();
    connectors.destinationPort.write = () => Promise.reject(new ConnectorError('kafka.unreachable', 'no broker answers'));
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(RECORD)]) });
    expect(await run(['destination'], io, connectors)).toBe(3);
    expect(io.err).toContain('kafka.unreachable: no broker answers');
  });

  it('when a write fails as a whole, tells its lines apart from those that were never sent', async () => {
    const connectors = fakes();
    connectors.destinationPort.delay = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new ConnectorError('guest.restarts', 'too often');
    };
    const io = new FakeIo({ stdin: Readable.from([Buffer.from(RECORD), Buffer.from(RECORD + RECORD)]) });
    expect(await run(['destination', '--json'], io, connectors)).toBe(1);
    expect(io.err).toContain('line 1: outcome unknown, perhaps written');
    expect(io.err).toContain('lines 2 to 3: not written');
    expect(JSON.parse(io.out)).toMatchObject({ result: { records: 0, failed: 3, unknown: 1 }, error: { code: 'guest.restarts' } });
  });
});

describe('pipe', () => {
  it('moves batches as they are, and ends when no more come', async () => {
    const connectors = fakes(new FakeSource(95, 10));
    const io = new FakeIo();
    expect(await run(['pipe', '--idle', '50ms', '--json'], io, connectors)).toBe(0);
    expect(connectors.destinationPort.written).toEqual(numbers(95));
    expect(connectors.sourcePort.acked).toEqual(numbers(95));
    expect(JSON.parse(io.out)).toMatchObject({ command: 'pipe', ok: true, result: { records: 95 }, error: null });
  });

  it('stops at the first record that cannot be written, with its position and 1', async () => {
    const connectors = fakes(new FakeSource(95, 10));
    connectors.destinationPort.reject = (position) => (position === '13' ? 'too large' : null);
    const io = new FakeIo();
    expect(await run(['pipe'], io, connectors)).toBe(1);
    expect(connectors.sourcePort.acked).toEqual(numbers(13));
    expect(io.err).toContain('kafka.rejected: the record at 13: too large');
  });

  it('says which side has a wrong setting', async () => {
    const connectors = fakes();
    connectors.destinationPort.problems = [{ name: 'topik', reason: '"topik": unrecognized parameter' }];
    const io = new FakeIo();
    expect(await run(['pipe', '--source', 'servers=a', 'topics=b', '--destination', 'topik=c'], io, connectors)).toBe(2);
    expect(io.err).toContain(
      'config.invalid: the destination settings have 1 problem\n  "topik": unrecognized parameter; did you mean "topic"?\n',
    );
  });
});

describe('errors', () => {
  it('of the settings come all at once, and as JSON with --json', async () => {
    const connectors = fakes();
    connectors.sourcePort.problems = [
      { name: 'topicz', reason: '"topicz": unrecognized parameter' },
      { name: 'servers', reason: 'error validating "servers": required parameter is not provided' },
    ];
    const io = new FakeIo();
    expect(await run(['validate', 'source', '--json'], io, connectors)).toBe(2);
    expect(JSON.parse(io.out)).toEqual({
      command: 'validate',
      ok: false,
      summary: 'the source settings have 2 problems',
      result: {},
      error: {
        code: 'config.invalid',
        message: 'the source settings have 2 problems',
        hint: 'the command "spec" prints all settings',
        settings: [
          { name: 'topicz', reason: '"topicz": unrecognized parameter; did you mean "topics"?' },
          { name: 'servers', reason: 'error validating "servers": required parameter is not provided' },
        ],
      },
    });
  });

  it('that nobody expected show no stack', async () => {
    const connectors = fakes();
    connectors.specify = () => Promise.reject(new TypeError('boom'));
    const io = new FakeIo();
    expect(await run(['spec'], io, connectors)).toBe(1);
    expect(io.err).toBe('internal: boom\n');
  });

  it('cannot command the terminal', async () => {
    const connectors = fakes();
    connectors.sourcePort.openError = new ConnectorError('kafka.unreachable', 'evil \u001b[2J broker');
    const io = new FakeIo();
    expect(await run(['source'], io, connectors)).toBe(3);
    expect(io.err).toContain('evil \\u001b[2J broker');
  });

  it('are red on a terminal, unless NO_COLOR is set', async () => {
    const connectors = fakes();
    connectors.specify = () => Promise.reject(new ConnectorError('environment', 'missing'));
    const [color, plain] = [new FakeIo({ isTTY: true }), new FakeIo({ isTTY: true, env: { NO_COLOR: '1' } })];
    expect(await run(['spec'], color, connectors)).toBe(3);
    expect(color.err).toContain('\u001b[31menvironment: missing\u001b[0m');
    expect(await run(['spec'], plain, connectors)).toBe(3);
    expect(plain.err).toBe('environment: missing\n');
  });
});

describe('log lines', () => {
  const logging = (): ReturnType<typeof fakes> => {
    const connectors = fakes();
    const { source } = connectors;
    connectors.source = (options) => {
      for (let i = 0; i < 3; i++) options.log('warn', 'trying again', { server: 'a:1' });
      options.log('info', 'detail');
      return source(options);
    };
    return connectors;
  };

  it('go to stderr, from warnings up, and what repeats is told once', async () => {
    const io = new FakeIo();
    await run(['validate', 'source'], io, logging());
    expect(io.err).toBe('warn: trying again (server=a:1)\n');
  });

  it('follow --log-level, and are JSON with --json', async () => {
    const io = new FakeIo();
    await run(['validate', 'source', '--log-level', 'info', '--json'], io, logging());
    expect(
      io.err
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { server: 'a:1', level: 'warn', message: 'trying again' },
      { level: 'info', message: 'detail' },
    ]);
  });
});

describe('the progress line', () => {
  const slowSource = (): FakeSource => {
    const source = new FakeSource(2000, 10);
    return source;
  };
  const slowly = (destination: FakeDestination): FakeDestination => {
    destination.delay = () => new Promise((resolve) => setTimeout(resolve, 60));
    return destination;
  };

  it('shows records and rate on a terminal, fits its width, and is gone at the end', async () => {
    const io = new FakeIo({ isTTY: true, columns: 20 });
    expect(await run(['pipe', '--idle', '10ms'], io, fakes(slowSource(), slowly(new FakeDestination())))).toBe(0);
    const drawn = io.err.split('\r\u001b[K');
    expect(drawn.length).toBeGreaterThan(2);
    expect(drawn.slice(0, -1).some((line) => /^[\d,]+ records {2}[\d,]+/.test(line))).toBe(true);
    for (const line of drawn.slice(0, -1)) expect(line.length).toBeLessThan(20);
    expect(drawn.at(-1)).toMatch(/^moved 2,000 records in [\d.]+ s \([\d,]+\/s\)\n$/);
  });

  it('keeps away from records that are printed on the same terminal', async () => {
    const io = new FakeIo({ isTTY: true });
    io.stdout.isTTY = true;
    const connectors = fakes(new FakeSource(2000, 10), slowly(new FakeDestination()));
    expect(await run(['source', '--idle', '10ms'], io, connectors)).toBe(0);
    expect(io.err).toMatch(/^read 2,000 records in [^\r]+\n$/);
  });

  it.each([
    ['in a pipe', { isTTY: false }, []],
    ['on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, []],
    ['with --quiet', { isTTY: true }, ['-q']],
    ['with --json', { isTTY: true }, ['--json']],
  ])('never appears %s', async (_where, options, flags) => {
    const io = new FakeIo(options);
    expect(await run(['pipe', '--idle', '10ms', ...flags], io, fakes(slowSource(), slowly(new FakeDestination())))).toBe(0);
    expect(io.err).not.toContain('\r');
    expect(io.err).not.toContain('/s  ');
  });
});
