/** The queue of record sets between the client, which pushes, and the guest, which polls. It is bounded in records and bytes. */
import type { Fetched } from '../contract.ts';
import { after } from '../../base/wait.ts';
import { splitFront } from '../records/record-set.ts';

export interface QueueLimits {
  maxRecords: number;
  maxBytes: number;
}

interface Item {
  fetched: Fetched;
  /** Called when the last of its records has left the queue. */
  release: (() => void) | undefined;
}

export class RecordQueue {
  readonly #limits: QueueLimits;
  /** Entries before the head are undefined. */
  #items: (Item | undefined)[] = [];
  #head = 0;
  #records = 0;
  #bytes = 0;
  #onData = new Set<() => void>();
  #onRoom = new Set<() => void>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get records(): number {
    return this.#records;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get empty(): boolean {
    return this.#items.length === this.#head;
  }
  /** True once a limit is reached. One record set may exceed the limit, because it is pushed as a whole. */
  get full(): boolean {
    return this.#records >= this.#limits.maxRecords || this.#bytes >= this.#limits.maxBytes;
  }

  /** A set without records is handed out too. `release` is called once all the records are taken or dropped. */
  push(fetched: Fetched, release?: () => void): void {
    this.#items.push({ fetched, release });
    this.#records += fetched.records.count;
    this.#bytes += fetched.records.records.length;
    this.wake();
  }

  /** Takes at most `maxRecords` records, and `maxBytes` unless the first record is larger. */
  take(maxRecords: number, maxBytes: number): Fetched[] {
    const taken: Fetched[] = [];
    let records = 0;
    let bytes = 0;
    for (let item = this.#items[this.#head]; item !== undefined && records < maxRecords; item = this.#items[this.#head]) {
      const { fetched, release } = item;
      const { front, rest } = splitFront(fetched.records, maxRecords - records, maxBytes - bytes);
      if (records > 0 && bytes + front.records.length > maxBytes) break;
      taken.push({ ...fetched, records: front });
      records += front.count;
      bytes += front.records.length;
      if (rest === null) {
        this.#items[this.#head++] = undefined;
        release?.();
      } else {
        item.fetched = { ...fetched, records: rest };
      }
      if (bytes >= maxBytes) break;
    }
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 64) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#records -= records;
    this.#bytes -= bytes;
    if (!this.full) this.#release(this.#onRoom);
    return taken;
  }

  /** Drops all records, because their epoch is over. */
  clear(): void {
    const dropped = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    this.#records = 0;
    this.#bytes = 0;
    for (const item of dropped) item?.release?.();
    this.#release(this.#onRoom);
  }

  /** Ends the waits for data. */
  wake(): void {
    this.#release(this.#onData);
  }
  /** Ends the waits for data and for room. */
  release(): void {
    this.#release(this.#onData);
    this.#release(this.#onRoom);
  }

  /** Resolves when there is data, on `wake`, or after `ms`. */
  data(ms: number): Promise<void> {
    return this.empty ? this.#wait(this.#onData, ms) : Promise.resolve();
  }
  /** Resolves when there is room, or after `ms`. */
  room(ms: number): Promise<void> {
    return this.full ? this.#wait(this.#onRoom, ms) : Promise.resolve();
  }

  #wait(waiters: Set<() => void>, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        waiters.delete(done);
        resolve();
      };
      const cancel = after(ms, done);
      waiters.add(done);
    });
  }
  #release(waiters: Set<() => void>): void {
    for (const done of [...waiters]) done();
  }
}
