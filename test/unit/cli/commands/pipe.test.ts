import { describe, expect, it } from 'vitest';
import { FakeSource, fakes } from '../fake-connectors.ts';
import { FakeIo, run } from '../fake-io.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

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
