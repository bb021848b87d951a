import { describe, expect, it } from 'vitest';
import { ReadEnd, type Remaining } from '../../../../host/cli/commands/end-of-read.ts';
import { ConnectorError } from '../../../../host/base/errors.ts';

class FakeBacklog implements Remaining {
  remaining: bigint | null;
  isWatched = true;
  isJoined = false;
  outage: ConnectorError | null = null;
  progress = 0n;
  missing: string[] = [];
  asked = 0;
  reachable = true;
  /** What happens while brokers are asked. */
  meanwhile: () => void = () => undefined;

  constructor(remaining: bigint | null) {
    this.remaining = remaining;
  }

  confirm(): Promise<void> {
    this.asked++;
    this.meanwhile();
    return this.reachable ? Promise.resolve() : Promise.reject(new ConnectorError('kafka.unreachable', 'connection refused'));
  }
}

function started(idleMs: number | null | undefined, remaining: bigint | null) {
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

  it('not while records are on their way that the backlog learns of a moment later', async () => {
    const { end, backlog } = started(3000, 0n);
    const asking = end.ended();
    backlog.remaining = 3n;
    expect(await asking).toBe(false);
  });

  it('with an error that names what is left, and not with silence, while brokers answer', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    backlog.missing = ['t/0 from offset 2 to 5 (the brokers throttle this client)', 't/1 from offset 0 to 4 (another member owns it)'];
    end.progress();
    clock.now = 2999;
    expect(await end.ended()).toBe(false);
    end.progress();
    clock.now = 5998;
    expect(await end.ended()).toBe(false);
    clock.now = 5999;
    await expect(end.ended()).rejects.toMatchObject({
      code: 'kafka.timeout',
      message:
        'reading ended before the end of the topics, 7 offsets are left: no progress for 3 s (--idle). ' +
        'Left: t/0 from offset 2 to 5 (the brokers throttle this client); t/1 from offset 0 to 4 (another member owns it)',
    });
  });

  it('names twenty partitions at most', async () => {
    const { end, backlog, clock } = started(3000, 99n);
    backlog.missing = Array.from({ length: 22 }, (_, index) => `t/${index}`);
    clock.now = 63_000;
    await expect(end.ended()).rejects.toThrow(/ t\/19; and 2 more partitions$/);
  });

  it('later while there is progress of which no record comes, as behind a transaction', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    end.progress();
    for (const progress of [1n, 2n, 3n]) {
      clock.now += 2999;
      backlog.progress = progress;
      expect(await end.ended()).toBe(false);
    }
    clock.now += 3000;
    await expect(end.ended()).rejects.toMatchObject({ code: 'kafka.timeout' });
  });

  it('later while the group is being joined, and counts from then on', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    expect(await end.ended()).toBe(false);
    clock.now = 62_999;
    expect(await end.ended()).toBe(false);
    backlog.isJoined = true;
    clock.now = 63_000;
    expect(await end.ended()).toBe(false);
    clock.now = 66_000;
    await expect(end.ended()).rejects.toMatchObject({ code: 'kafka.timeout' });
  });

  it('no later where the group has refused the consumer', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    backlog.outage = new ConnectorError('kafka.unreachable', 'GROUP_MAX_SIZE_REACHED');
    clock.now = 2_999;
    expect(await end.ended()).toBe(false);
    clock.now = 3_000;
    await expect(end.ended()).rejects.toMatchObject({ code: 'kafka.timeout' });
  });

  it('well if what was left has come while brokers were asked', async () => {
    const { end, backlog, clock } = started(3000, 7n);
    backlog.meanwhile = () => (backlog.remaining = 0n);
    clock.now = 63_000;
    expect(await end.ended()).toBe(true);
  });

  it.each([
    [7n, 'reading ended before the end of the topics, 7 offsets are left: connection refused'],
    [null, 'reading ended, and the ends of the topics are not known: connection refused'],
  ])('with an error of its own where no broker answers and %s offsets are left', async (remaining, message) => {
    const { end, backlog, clock } = started(3000, remaining);
    end.progress();
    backlog.reachable = false;
    clock.now = 3000;
    await expect(end.ended()).rejects.toMatchObject({ code: 'kafka.unreachable', message });
  });

  it('with an error where the ends of the topics were never known though brokers answer', async () => {
    const { end, backlog, clock } = started(3000, null);
    backlog.missing = ['not authorized'];
    clock.now = 63_000;
    await expect(end.ended()).rejects.toMatchObject({
      code: 'kafka.timeout',
      message: 'reading ended, and the ends of the topics are not known: no progress for 63 s (--idle). Left: not authorized',
    });
  });

  it('after thirty seconds without progress by default', async () => {
    const { end, clock } = started(undefined, 7n);
    end.progress();
    clock.now = 29_999;
    expect(await end.ended()).toBe(false);
    clock.now = 30_000;
    await expect(end.ended()).rejects.toMatchObject({ code: 'kafka.timeout' });
  });

  it('when no record came for the idle time, where nothing is read from Kafka', async () => {
    const { end, backlog, clock } = started(undefined, null);
    backlog.isWatched = false;
    clock.now = 17_999;
    expect(await end.ended()).toBe(false);
    clock.now = 18_000;
    expect(await end.ended()).toBe(true);
    end.progress();
    clock.now = 20_999;
    expect(await end.ended()).toBe(false);
    clock.now = 21_000;
    expect(await end.ended()).toBe(true);
    expect(backlog.asked).toBe(0);
  });

  it('never when it follows', async () => {
    const { end, clock } = started(null, 0n);
    clock.now = Number.MAX_SAFE_INTEGER;
    expect(await end.ended()).toBe(false);
  });
});
