/** Most requests that are on their way at the same time. */
const AT_ONCE = 16;

/** `each` of every item, in their order, a few at the same time. Rejects with the first rejection. */
export async function boundedMap<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await each(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
