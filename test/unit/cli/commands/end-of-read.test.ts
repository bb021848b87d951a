import { describe, expect, it } from 'vitest';
import { ReadEnd, type Remaining } from '../../../../host/cli/commands/end-of-read.ts';
import { ConnectorError } from '../../../../host/base/errors.ts';

class FakeBacklog implements Remaining {
  remaining: bigint | null;
  asked = 0;
  reachable = true;
  outage: ConnectorError | null = null;

  constructor(remaining: bigint | null) {
    this.remaining = remaining;
  }

  confirm(): Promise<void> {
    this.asked++;
    return this.reachable ? Promise.resolve() : Promise.reject(new ConnectorError('kafka.unreachable', 'connection refused'));
  }
}

function started(idleMs: number | null, remaining: bigint | null) {
  const backlog = new FakeBacklog(remaining);
  const clock = { now: 0 };
  const end = new ReadEnd(idleMs, backlog, () => clock.now);
  end.begin();
  return { end, backlog, clock };
}

describe('reading ends', () => {
  it('at once when everything is read that was there', async () => {
    const { end, backlog } = started(3000, 5n);
    expect(await end.ended()).toBe(false);
    backlog.remaining = 0n;
    expect(await end.ended()).toBe(true);
    expect(backlog.asked).toBe(0);
  });

  it('when no record came for the idle time, if the end of the topics is not known', async () => {
    const { end, clock } = started(3000, null);
    end.progress();
    clock.now = 2999;
    expect(await end.ended()).toBe(false);
    end.progress();
    clock.now = 5998;
    expect(await end.ended()).toBe(false);
    clock.now = 5999;
    expect(await end.ended()).toBe(true);
  });

  it('later while the first record is awaited, since a group must be joined', async () => {
    const { end, clock } = started(3000, null);
    clock.now = 17_999;
    expect(await end.ended()).toBe(false);
    clock.now = 18_000;
    expect(await end.ended()).toBe(true);
  });

  it('later where offsets are left though the brokers answer, as behind a transaction', async () => {
    const { end, backlog, clock } = started(3000, 1n);
    end.progress();
    clock.now = 3000;
    expect(await end.ended()).toBe(false);
    expect(await end.ended()).toBe(false);
    expect(backlog.asked).toBe(1);
    clock.now = 13_000;
    expect(await end.ended()).toBe(true);
  });

  it('with an error where offsets are left and no broker answers', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    end.progress();
    backlog.reachable = false;
    clock.now = 3000;
    await expect(end.ended()).rejects.toMatchObject({
      code: 'kafka.unreachable',
      message: 'reading ended before the end of the topics, 7 offsets are left: connection refused',
    });
  });

  it('with an error where no broker answers and the ends of the topics were never known', async () => {
    const { end, backlog, clock } = started(3000, null);
    end.progress();
    backlog.reachable = false;
    clock.now = 3000;
    await expect(end.ended()).rejects.toMatchObject({
      code: 'kafka.unreachable',
      message: 'reading ended, and the ends of the topics are not known: connection refused',
    });
  });

  it.each([1n, null])('with an error where the consumer does not get into its group, also if offsets left are %s', async (remaining) => {
    const { end, backlog, clock } = started(3000, remaining);
    backlog.outage = new ConnectorError('kafka.unreachable', 'another kind of client');
    clock.now = 18_000 - 1;
    expect(await end.ended()).toBe(false);
    clock.now = 18_000 + 10_000;
    await expect(end.ended()).rejects.toMatchObject({
      code: 'kafka.unreachable',
      message: expect.stringContaining('another kind') as string,
    });
    backlog.outage = null;
    expect(await end.ended()).toBe(true);
  });

  it('never when it follows', async () => {
    const { end, clock } = started(null, 0n);
    clock.now = Number.MAX_SAFE_INTEGER;
    expect(await end.ended()).toBe(false);
  });
});
