import { printable } from '../terminal/terminal.ts';

export interface Column {
  name: string;
  /** Default: left. */
  align?: 'right';
}

/** Rows of texts below the names of their columns, for people. Each line ends with a newline; the last column is not filled up. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ name }) => name), ...rows].map((row) => row.map((cell) => printable(cell).replaceAll(/[\n\t]/g, ' ')));
  const widths = columns.map((_column, index) => Math.max(...cells.map((row) => width(row[index] ?? ''))));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const fill = ' '.repeat((widths[index] ?? 0) - width(cell));
        return align === 'right' ? fill + cell : cell + fill;
      })
      .join('  ')
      .trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}

/** The characters that a terminal shows, an emoji or a letter with accents as one. */
function width(text: string): number {
  return [...new Intl.Segmenter().segment(text)].length;
}

/** `12,345`; `-` for what is not known. */
export function count(value: bigint | number | null): string {
  return value === null ? '-' : value.toLocaleString('en-US');
}

/** A number of 64 bits for JSON: a number if JavaScript can hold it exactly, else its decimal digits. */
export function jsonNumber(value: bigint | null): number | string | null {
  if (value === null) return null;
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : String(value);
}
