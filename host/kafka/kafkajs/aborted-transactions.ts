/**
 * Replaces kafkajs' filter of aborted transactions, which lets aborted records through: it takes the broker's list as sorted by first offset,
 * and brokers do not sort it; and for each message it begins at most one transaction of the list.
 */

/** The fields of a message that the filter looks at. */
interface FilteredMessage {
  offset: string;
  key: Buffer | null;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
}

interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

/** Keeps what a read-committed consumer may see. Control messages stay: kafkajs needs them to go on behind them. */
export function filterAbortedMessages<M extends FilteredMessage>({
  messages,
  abortedTransactions,
}: {
  messages: M[];
  abortedTransactions?: AbortedTransaction[] | null;
}): M[] {
  if (abortedTransactions === undefined || abortedTransactions === null || abortedTransactions.length === 0) return messages;
  const transactions = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
    .values();
  /** Producers whose open transaction ends with an abort. */
  const aborted = new Set<string>();
  let next = transactions.next();
  return messages.filter(({ offset, key, isControlRecord, batchContext }) => {
    const at = BigInt(offset);
    for (; next.done !== true && next.value.firstOffset <= at; next = transactions.next()) aborted.add(next.value.producerId);
    if (isControlRecord) {
      if (key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT) aborted.delete(batchContext.producerId);
      return true;
    }
    return !(batchContext.inTransaction && aborted.has(batchContext.producerId));
  });
}

/** Type of a control record, in its key behind the version. */
const ABORT = 0;
