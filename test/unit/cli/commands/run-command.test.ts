import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { FakeDestination, FakeSource, fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';

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
