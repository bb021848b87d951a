/** The headers of a Kafka record, from the metadata that a source makes of them (`docs/conduit.md`). */

/** Bytes where name or value is not UTF-8; the value of such a name may be. A null value is told apart with `keepAllHeaders` only. */
export type PrintedHeader = [name: string | Uint8Array, value: string | Uint8Array | null];

const KINDS: readonly [prefix: string, read: (name: string, value: string) => PrintedHeader][] = [
  ['header.', (name, value) => [name, value]],
  ['headerBase64.', (name, value) => [name, bytes(value)]],
  ['headerNameBase64.', (name, value) => [bytes(name), bytes(value)]],
  ['headerNull.', (name) => [name, null]],
  ['headerNullNameBase64.', (name) => [bytes(name), null]],
];

/** Headers of one name follow each other in their order. Names are in the order in which the metadata first has them. */
export function printedHeaders(metadata: Readonly<Record<string, string>>): PrintedHeader[] {
  const byName = new Map<string, { index: number; header: PrintedHeader }[]>();
  for (const [key, value] of Object.entries(metadata)) {
    if (!key.startsWith('kafka.header')) continue;
    const [, index, repeated] = /^kafka\.headerRepeated\.(\d+)\.(.*)$/s.exec(key) ?? [];
    const rest = repeated ?? key.slice('kafka.'.length);
    const [prefix, read] = KINDS.find(([begin]) => rest.startsWith(begin)) ?? [];
    if (prefix === undefined || read === undefined) continue;
    const header = read(rest.slice(prefix.length), value);
    const name = typeof header[0] === 'string' ? header[0] : Buffer.from(header[0]).toString('latin1') + NOT_TEXT;
    const same = byName.get(name) ?? [];
    // The last header of a name has no index.
    same.push({ index: index === undefined ? Infinity : Number(index), header });
    byName.set(name, same);
  }
  return [...byName.values()].flatMap((same) => same.toSorted((a, b) => a.index - b.index).map(({ header }) => header));
}

/** Keeps the bytes of a name apart from texts: no text has a lone surrogate. */
const NOT_TEXT = '\ud800';

function bytes(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}
