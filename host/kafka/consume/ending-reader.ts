/** A consumer without a group. It ends its partitions where their spans end. */
import type { Fetched } from '../contract.ts';
import type { ConsumerHandle } from '../handles.ts';
import { trimFrom } from '../records/record-set.ts';
import type { Span } from './reading-range.ts';
import { partitionKey } from './start-offsets.ts';

/** A consumer that is in no group, with what it reads of each partition that exists. */
export interface Reader extends ConsumerHandle {
  readonly spans: readonly Span[];
}

export function endingReader(consumer: ConsumerHandle, spans: readonly Span[]): Reader {
  const ends = new Map(spans.flatMap(({ topic, partition, until }) => (until === null ? [] : [[partitionKey(topic, partition), until]])));
  return {
    spans,
    poll: async (maxRecords, maxBytes, maxWaitMs) => {
      const fetched = await consumer.poll(maxRecords, maxBytes, maxWaitMs);
      return ends.size === 0 ? fetched : fetched.flatMap((one) => before(ends.get(partitionKey(one.topic, one.partition)), one));
    },
    wake: () => consumer.wake(),
    commit: (offsets) => consumer.commit(offsets),
    listTopics: () => consumer.listTopics(),
    subscribe: (topics) => consumer.subscribe(topics),
    get outage() {
      return consumer.outage ?? null;
    },
    get reading() {
      return consumer.reading ?? { positions: null, queued: 0, throttledMs: 0 };
    },
    close: () => consumer.close(),
  };
}

function before(end: bigint | undefined, fetched: Fetched): Fetched[] {
  if (end === undefined) return [fetched];
  const records = trimFrom(fetched.records, end);
  return records === null ? [] : [{ ...fetched, records }];
}
