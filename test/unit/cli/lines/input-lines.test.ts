import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, MAX_LINE_BYTES } from '../../../../host/cli/lines/input-lines.ts';

function split(chunks: Uint8Array[]): [number, string][] {
  const splitter = new LineSplitter('an OpenCDC record');
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  return [...lines, ...splitter.end()].map(({ number, text }) => [number, text]);
}

describe('input lines', () => {
  it('are the same wherever the chunks are cut', () => {
    const text = 'erste\n\n zweite ü\u{1f600}\r\nletzte';
    const whole = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(split(chunks)).toEqual([
          [1, 'erste'],
          [3, ' zweite ü\u{1f600}\r'],
          [4, 'letzte'],
        ]);
      }),
    );
  });

  it('are none in empty input', () => {
    expect(split([])).toEqual([]);
    expect(split([Buffer.from('\n\n')])).toEqual([]);
  });

  it('that are not UTF-8 are refused by their number and the column', () => {
    expect(() => split([Buffer.from('a\nü'), Buffer.from([0xff, 0x0a])])).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: 'line 2 is not an OpenCDC record: column 2: it is not UTF-8 (byte 0xff)',
      }),
    );
  });

  it('may begin with a byte order mark, also where one file follows another', () => {
    expect(split([Buffer.from('\ufeffone\n\ufefftwo')])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  it('of UTF-16 are refused as such', () => {
    expect(() => split([Buffer.from('\ufeff{}\n', 'utf16le')])).toThrow(/line 1 .*UTF-16/);
  });

  it('are refused before they fill the memory', () => {
    const splitter = new LineSplitter('an OpenCDC record');
    const chunk = Buffer.alloc(1024 * 1024, 0x61);
    const pushAll = (): void => {
      for (let i = 0; i <= MAX_LINE_BYTES / chunk.length; i++) for (const line of splitter.push(chunk)) expect(line).toBeUndefined();
    };
    expect(pushAll).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: expect.stringContaining('line 1 is not an OpenCDC record: it is longer than') as string,
      }),
    );
  });
});
