import type { Connection, ConsumerOptions, Fetched, Outgoing, SendFailure } from '../../../../host/kafka/contract.ts';
import { kafkaCapabilities, standardCapabilities } from '../../../../host/capability/index.ts';
import type { ConsumerHandle, Kafka, ProducerHandle } from '../../../../host/kafka/index.ts';
import type { LogLevel } from '../../../../host/base/log.ts';
import type { Capability } from '../../../../host/runtime/capability.ts';
import type { CapabilityTable } from '../../../../host/runtime/connector-parts.ts';
import { DEFAULT_LIMITS } from '../../../../host/runtime/limits.ts';

/** One topic `t` with one partition, in memory. Records its requests, and how many of them overlap. */
export class FakeKafka implements Kafka {
  /** Everything that the guest of a connector may import: Kafka is this one, and the log is `lines`. */
  readonly table: CapabilityTable = () => this.capabilities();
  /** Records that exist: offsets 0 to available - 1. */
  available: number;
  /** Bytes of one record. */
  recordBytes = 10;
  committed = 0;
  sent: Outgoing[] = [];
  readonly calls: string[] = [];
  readonly connections: Connection[] = [];
  readonly opened: ConsumerOptions[] = [];
  readonly lines: { level: LogLevel; message: string; fields: Readonly<Record<string, string>> }[] = [];
  openConsumers = 0;
  openProducers = 0;
  mostOpenConsumers = 0;
  mostInFlight = 0;
  /** Thrown by the next request of that name, one after the other. */
  readonly faults: Record<'open' | 'poll' | 'commit' | 'send' | 'close', unknown[]> = {
    open: [],
    poll: [],
    commit: [],
    send: [],
    close: [],
  };
  /** A request of that name does not return before this resolves. */
  readonly gates: Partial<Record<'open' | 'poll' | 'commit' | 'send', Promise<void>>> = {};
  #inFlight = 0;
  #pollers = new Set<() => void>();

  constructor(available = 0) {
    this.available = available;
  }

  capabilities(): Capability[] {
    return [
      ...standardCapabilities((level, message, fields = {}) => this.lines.push({ level, message, fields }), DEFAULT_LIMITS),
      ...kafkaCapabilities(this),
    ];
  }

  messages(level?: LogLevel): string[] {
    return this.lines.filter((line) => level === undefined || line.level === level).map((line) => line.message);
  }

  /** More records arrive. */
  produce(count: number): void {
    this.available += count;
    for (const arrived of [...this.#pollers]) arrived();
  }

  async #request<T>(name: 'open' | 'poll' | 'commit' | 'send', detail: string, work: () => Promise<T> | T): Promise<T> {
    this.calls.push(detail);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    try {
      await this.gates[name];
      const fault = this.faults[name].shift();
      if (fault !== undefined) throw fault;
      return await work();
    } finally {
      this.#inFlight--;
    }
  }

  async openConsumer(connection: Connection, options: ConsumerOptions): Promise<ConsumerHandle> {
    const from = options.resume[0]?.nextOffset ?? BigInt(this.committed);
    return this.#request('open', `open ${from}`, () => {
      this.connections.push(connection);
      this.opened.push(options);
      this.mostOpenConsumers = Math.max(this.mostOpenConsumers, ++this.openConsumers);
      return this.#consumer(Number(from));
    });
  }

  #consumer(from: number): ConsumerHandle {
    let next = from;
    let closed = false;
    let polling = false;
    let woken = false;
    let endWait = (): void => undefined;
    const wake = (): void => {
      woken = polling;
      endWait();
    };
    const wait = (maxWaitMs: number): Promise<void> =>
      new Promise((resolve) => {
        if (woken) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          this.#pollers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, maxWaitMs);
        this.#pollers.add(done);
        endWait = done;
      });
    return {
      poll: (maxRecords, maxBytes, maxWaitMs) => {
        polling = true;
        woken = false;
        return this.#request('poll', `poll ${maxRecords} ${maxWaitMs}`, async (): Promise<Fetched[]> => {
          if (next >= this.available && !closed) await wait(maxWaitMs);
          polling = false;
          const count = Math.min(maxRecords, this.available - next, Math.max(1, Math.floor(maxBytes / this.recordBytes)));
          if (count <= 0) return [];
          const baseOffset = BigInt(next);
          next += count;
          return [
            {
              topic: 't',
              partition: 0,
              epoch: 1,
              records: { baseOffset, baseTimestamp: 0n, count, records: new Uint8Array(count * this.recordBytes), logAppendTime: false },
            },
          ];
        });
      },
      wake,
      commit: (offsets) =>
        this.#request('commit', `commit ${offsets[0]!.nextOffset}`, () => {
          this.committed = Number(offsets[0]!.nextOffset);
        }),
      listTopics: async () => [],
      subscribe: async () => undefined,
      close: async () => {
        this.calls.push('close');
        if (!closed) this.openConsumers--;
        closed = true;
        wake();
        const fault = this.faults.close.shift();
        if (fault !== undefined) throw fault;
      },
    };
  }

  async openProducer(connection: Connection): Promise<ProducerHandle> {
    return this.#request('open', 'open producer', () => {
      this.connections.push(connection);
      this.openProducers++;
      let closed = false;
      return {
        send: (outgoing: Outgoing[]) =>
          this.#request('send', `send ${outgoing.map((one) => one.records.count).join(' ')}`, (): SendFailure[] => {
            this.sent.push(...outgoing);
            return [];
          }),
        close: async () => {
          if (!closed) this.openProducers--;
          closed = true;
        },
      };
    });
  }
}
