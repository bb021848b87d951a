import { describe, expect, it } from 'vitest';
import { IdleEnd } from '../../host/cli/ending.ts';

describe('reading ends', () => {
  it('when no record came for the idle time', () => {
    let now = 0;
    const end = new IdleEnd(3000, () => now);
    end.begin();
    end.restart();
    now = 2999;
    expect(end.ended).toBe(false);
    end.restart();
    now = 5998;
    expect(end.ended).toBe(false);
    now = 5999;
    expect(end.ended).toBe(true);
  });

  it('later while the first record is awaited, since a group must be joined', () => {
    let now = 0;
    const end = new IdleEnd(3000, () => now);
    end.begin();
    now = 17_999;
    expect(end.ended).toBe(false);
    now = 18_000;
    expect(end.ended).toBe(true);
  });

  it('never when it follows', () => {
    let now = 0;
    const end = new IdleEnd(null, () => now);
    end.begin();
    end.restart();
    now = Number.MAX_SAFE_INTEGER;
    expect(end.ended).toBe(false);
  });
});
