/**
 * Replaces kafkajs' filter of aborted transactions, which lets aborted records through: it expects the broker's list to be sorted by first offset, which
 * it is not, and it begins at most one transaction of the list for each message.
 */

/** The fields of a message that the filter reads. */
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

/** Keeps the messages that a read-committed consumer may see. Control messages stay, because kafkajs needs them to continue after them. */
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

/** Offset of the type in the key of a control record, after the version. */
const ABORT = 0;
