import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';
import { eventually } from '../../../support/wait.ts';

const RECORD = '{"position":"MQ==","operation":"create","metadata":null,"key":null,"payload":{"before":null,"after":"YQ=="}}\n';

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
