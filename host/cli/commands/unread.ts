import type { ConnectorError } from '../../base/errors.ts';
import type { Fetched } from '../../kafka/contract.ts';
import type { Reading } from '../../kafka/handles.ts';
import { lastOffset } from '../lines/record-values.ts';
import type { Range } from './topic-ends.ts';

/** The state that a consumer reports. */
export interface Reader {
  readonly outage?: ConnectorError | null;
  readonly reading?: Reading;
}

interface Tracked extends Range {
  /** The offset that another member of the group has committed. */
  committed: bigint;
}

/**
 * Knows how far a consumer is in each partition, and the offsets that are left up to the ends at its beginning. An offset need not hold a record (transaction
 * markers, aborted transactions, compaction), so the position of the consumer counts; in a partition that another member owns, the committed offset counts.
 */
export class Unread {
  readonly #group: string;
  readonly #ranges: Map<string, Tracked>;
  readonly #reader: Reader;

  constructor(group: string, ranges: ReadonlyMap<string, Range>, reader: Reader) {
    this.#group = group;
    this.#ranges = new Map([...ranges].map(([key, range]) => [key, { ...range, committed: -1n }]));
    this.#reader = reader;
  }

  /** The offsets between the last record that was read and the current end. */
  get lag(): bigint {
    return sum(this.#ranges.values(), ({ high, next }) => high - next);
  }

  /** The offsets that are left. */
  get offsets(): bigint {
    const reading = this.#reader.reading;
    return sum(this.#ranges, ([key, range]) => range.end - reached(key, range, reading));
  }

  /** Grows with every step towards the end. */
  get progress(): bigint {
    const reading = this.#reader.reading;
    return sum(this.#ranges, ([key, range]) => reached(key, range, reading)) + BigInt(reading?.queued ?? 0);
  }

  /** Partitions whose log does not hold the offset at which the group resumes, and of which no record was read. */
  get outOfRange(): { topic: string; partition: string; expected: bigint; earliest: bigint; end: bigint }[] {
    return [...this.#ranges].flatMap(([key, { outOfRange }]) => (outOfRange === undefined ? [] : [{ ...partitionOf(key), ...outOfRange }]));
  }

  /** The offsets that are left in each partition, with the reason. */
  get missing(): string[] {
    const reading = this.#reader.reading;
    return [...this.#ranges].flatMap(([key, range]) => {
      const from = reached(key, range, reading);
      return from >= range.end ? [] : [`${key} from offset ${from} to ${range.end} (${this.#reason(key, reading)})`];
    });
  }

  /** True if offsets are left in partitions that another member of the group owns. */
  get waitsForOthers(): boolean {
    const reading = this.#reader.reading;
    const positions = reading?.positions ?? null;
    return positions !== null && [...this.#ranges].some(([key, range]) => !positions.has(key) && reached(key, range, reading) < range.end);
  }

  /** Must be called with the records that are handed out. */
  count(fetched: readonly Fetched[]): void {
    for (const { topic, partition, records } of fetched) {
      const range = this.#ranges.get(`${topic}/${partition}`);
      if (range === undefined || records.count === 0) continue;
      range.next = lastOffset(records) + 1n;
      delete range.outOfRange;
      if (range.next > range.high) range.high = range.next;
    }
  }

  /** Takes the current ends. */
  ends(highs: ReadonlyMap<string, bigint>): void {
    for (const [key, high] of highs) {
      const range = this.#ranges.get(key);
      if (range !== undefined && high > range.high) range.high = high;
    }
  }

  /** Takes the committed offsets of the group. */
  commits(offsets: ReadonlyMap<string, bigint>): void {
    for (const [key, offset] of offsets) {
      const range = this.#ranges.get(key);
      if (range !== undefined && offset > range.committed) range.committed = offset;
    }
  }

  #reason(key: string, reading: Reading | undefined): string {
    const { outage = null } = this.#reader;
    if (outage !== null) return `the consumer is not in its group: ${outage.message}`;
    if (reading === undefined) return 'no record of it came';
    if (reading.positions === null) return `group "${this.#group}" has not let the consumer in yet`;
    if (!reading.positions.has(key)) return `another member of group "${this.#group}" owns it`;
    if (reading.throttledMs > 0) return 'the brokers throttle this client: a quota, such as consumer_byte_rate';
    return 'no record of it came';
  }
}

function reached(key: string, { next, committed, outOfRange }: Tracked, reading: Reading | undefined): bigint {
  const positions = reading?.positions ?? null;
  if (reading === undefined || positions === null) return next;
  // The consumer has not been told yet that its log does not hold this offset: it will go on elsewhere.
  if (outOfRange !== undefined && (positions.get(key) ?? committed) === outOfRange.expected) return next;
  if (!positions.has(key)) return larger(next, committed);
  // While records wait in the queue, the position is ahead of the last record that was handed out.
  return reading.queued > 0 ? next : larger(next, positions.get(key) ?? next);
}

function partitionOf(key: string): { topic: string; partition: string } {
  const slash = key.lastIndexOf('/');
  return { topic: key.slice(0, slash), partition: key.slice(slash + 1) };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The sum of the positive numbers. */
function sum<T>(items: Iterable<T>, of: (item: T) => bigint): bigint {
  let total = 0n;
  for (const item of items) {
    const value = of(item);
    if (value > 0n) total += value;
  }
  return total;
}
