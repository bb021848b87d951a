import { ConnectorError } from '../../base/errors.ts';
import { unzigzag, VarintReader } from '../../base/varint.ts';
import { HEADER_BYTES } from '../confluent/wire-format.ts';

const MAX_INDEXES = 64;

/** The indexes of the message type that stand behind the header, and where the message begins. One zero byte stands for the first message. */
export function readIndexes(bytes: Uint8Array): { indexes: number[]; start: number } {
  const reader = new VarintReader(bytes, HEADER_BYTES);
  const count = unzigzag(reader.next());
  if (count === 0) return { indexes: [0], start: reader.at };
  if (!(count > 0 && count <= MAX_INDEXES)) throw malformed();
  const indexes: number[] = [];
  for (let i = 0; i < count; i++) {
    const index = reader.next();
    if (index < 0) throw malformed();
    indexes.push(unzigzag(index));
  }
  return { indexes, start: reader.at };
}

function malformed(): ConnectorError {
  return new ConnectorError('schema.mismatch', 'expected the indexes of a message type behind the header, got bytes that are none');
}
