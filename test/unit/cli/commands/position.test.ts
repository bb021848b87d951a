import { describe, expect, it } from 'vitest';
import { positionFrom } from '../../../../host/cli/commands/position.ts';

const JSON_POSITION = '{"GroupID":"g","Topic":"t","Partition":0,"Offset":42}';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a position given by a user', () => {
  it('may be its JSON', () => {
    expect(text(positionFrom(JSON_POSITION))).toBe(JSON_POSITION);
  });

  it('may come from a file with a byte order mark', () => {
    expect(text(positionFrom(`\ufeff${JSON_POSITION}\r\n`))).toBe(JSON_POSITION);
  });

  it('may be the "position" of a record', () => {
    expect(text(positionFrom(Buffer.from(JSON_POSITION).toString('base64')))).toBe(JSON_POSITION);
  });

  it('may be a bare group id, also one that looks like base64', () => {
    expect(text(positionFrom('7ad9c3e2-6a1f-4c57-9a44-0d2b0c1f6e21'))).toBe('7ad9c3e2-6a1f-4c57-9a44-0d2b0c1f6e21');
    expect(text(positionFrom('mygroups'))).toBe('mygroups');
  });

  it('is left as it is if its base64 is not that of its bytes', () => {
    for (const wrong of ['eyI=x', 'eyJ=', 'ey I=', 'eyI']) expect(text(positionFrom(wrong))).toBe(wrong);
  });
});
