import type { Stream } from './grpc-client.ts';
import type { PluginProcess } from './plugin-process.ts';
import { decode, encode, type Ack, type OpencdcRecord } from './protocol.ts';

const SOURCE = '/connector.v2.SourcePlugin/';
const DESTINATION = '/connector.v2.DestinationPlugin/';

/** The two engines of Conduit: how they cut the streams. v1: one record a message, nothing waits. v2: batches, one in flight. */
export type Engine = 'v1' | 'v2';
export const ENGINES: readonly Engine[] = ['v1', 'v2'];

/** Conduit stores positions once a second, and acknowledges only what it has stored. */
const ACK_BURST_MS = 1_000;

export interface SourceOptions {
  position?: Buffer;
  /** `burst`: a second late, all at once, as Conduit v0.19 does; `now`: with the record; `never`. */
  acks?: 'burst' | 'now' | 'never';
}

/** Plays one engine of Conduit to a source plugin. */
export class SourceEngine {
  readonly records: OpencdcRecord[] = [];
  /** Records of each message. */
  readonly batches: number[] = [];
  stream!: Stream;
  /** Position of the last record whose ack was sent: what Conduit would open with next time. */
  stored: Buffer = Buffer.alloc(0);
  readonly #plugin: PluginProcess;
  readonly #engine: Engine;
  #acks: NonNullable<SourceOptions['acks']> = 'now';
  #seen = 0;
  #acked = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(plugin: PluginProcess, engine: Engine) {
    this.#plugin = plugin;
    this.#engine = engine;
  }

  async start(config: Record<string, string>, options: SourceOptions = {}): Promise<void> {
    const { client } = this.#plugin;
    this.#acks = options.acks ?? 'now';
    await client.call(`${SOURCE}Configure`, { config });
    await client.call(`${SOURCE}LifecycleOnCreated`, { config });
    await client.call(`${SOURCE}Open`, { position: options.position ?? Buffer.alloc(0) });
    this.stream = client.stream(`${SOURCE}Run`);
  }

  /** Takes what has arrived; call it often. */
  take(): OpencdcRecord[] {
    const fresh: OpencdcRecord[] = [];
    for (; this.#seen < this.stream.received.length; this.#seen++) {
      const { records } = decode<{ records: OpencdcRecord[] }>('connector.v2.Source.Run.Response', this.stream.received[this.#seen]!);
      if (records.length === 0) throw new Error('an empty list of records: arch-v2 of Conduit panics');
      for (const record of records) if (record.position.length === 0) throw new Error('an empty position: arch-v1 of Conduit stops');
      this.batches.push(records.length);
      fresh.push(...records);
      this.records.push(...records);
      if (this.#acks === 'now') this.acknowledge();
    }
    if (this.#acks === 'burst' && fresh.length > 0) this.#timer ??= setTimeout(() => this.acknowledge(), ACK_BURST_MS);
    return fresh;
  }

  async until(count: number, limitMs = 30_000): Promise<void> {
    await this.stream.until(() => (this.take(), this.records.length >= count), limitMs, `${count} records`);
  }

  /** Everything that was taken: one message a record in v1, one for all in v2. */
  acknowledge(): void {
    this.#timer = null;
    const positions = this.records.slice(this.#acked).map((record) => record.position);
    if (positions.length === 0) return;
    this.#acked = this.records.length;
    this.stored = positions.at(-1)!;
    const groups = this.#engine === 'v1' ? positions.map((position) => [position]) : [positions];
    for (const group of groups) this.stream.write(encode('connector.v2.Source.Run.Request', { ack_positions: group }));
  }

  /** All acks so far have left this process. */
  async acknowledged(): Promise<void> {
    await this.stream.sent(encode('connector.v2.Source.Run.Request', {}));
  }

  /** A graceful stop. v1: Stop, and everything up to its position; v2: none. Then acks, cancel, Teardown, Shutdown. */
  async stop(): Promise<Buffer> {
    const { client } = this.#plugin;
    let last: Buffer = Buffer.alloc(0);
    if (this.#engine === 'v1') {
      last = (await client.call<{ last_position: Buffer }>(`${SOURCE}Stop`)).last_position;
      if (last.length > 0)
        await this.stream.until(
          () => (this.take(), this.records.at(-1)?.position.equals(last) === true),
          10_000,
          'the last position of Stop',
        );
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#acks !== 'never') this.acknowledge();
    await this.acknowledged();
    this.stream.cancel();
    await client.call(`${SOURCE}Teardown`);
    await this.#plugin.shutdown();
    return last;
  }
}

/** Plays one engine of Conduit to a destination plugin. */
export class DestinationEngine {
  readonly acks: { position: string; error: string }[] = [];
  stream!: Stream;
  readonly #plugin: PluginProcess;
  readonly #engine: Engine;
  #seen = 0;
  #sent: Buffer[] = [];

  constructor(plugin: PluginProcess, engine: Engine) {
    this.#plugin = plugin;
    this.#engine = engine;
  }

  async start(config: Record<string, string>): Promise<void> {
    const { client } = this.#plugin;
    await client.call(`${DESTINATION}Configure`, { config });
    await client.call(`${DESTINATION}LifecycleOnCreated`, { config });
    await client.call(`${DESTINATION}Open`);
    this.stream = client.stream(`${DESTINATION}Run`);
  }

  /** v1: one message a record, without waiting; v2: one message, and its acks. Resolves when all are acknowledged. */
  async write(records: readonly OpencdcRecord[], limitMs = 30_000): Promise<void> {
    const groups = this.#engine === 'v1' ? records.map((record) => [record]) : [records];
    for (const group of groups) {
      this.#sent.push(...group.map((record) => record.position));
      if (!this.stream.write(encode('connector.v2.Destination.Run.Request', { records: group }))) await this.stream.drained();
    }
    await this.until(this.#sent.length, limitMs);
  }

  /** A record that the caller writes to the stream by itself. */
  expectAck(record: OpencdcRecord): this {
    this.#sent.push(record.position);
    return this;
  }

  take(): void {
    for (; this.#seen < this.stream.received.length; this.#seen++) {
      const { acks } = decode<{ acks: Ack[] }>('connector.v2.Destination.Run.Response', this.stream.received[this.#seen]!);
      if (acks.length === 0) throw new Error('an empty list of acks: Conduit panics');
      for (const ack of acks) {
        const expected = this.#sent[this.acks.length];
        if (expected === undefined || !expected.equals(ack.position)) {
          throw new Error(`received unexpected ack, expected position ${String(expected)} but got ${ack.position.toString()}`);
        }
        this.acks.push({ position: ack.position.toString(), error: ack.error });
      }
    }
  }

  async until(count: number, limitMs = 30_000): Promise<void> {
    await this.stream.until(() => (this.take(), this.acks.length >= count), limitMs, `${count} acks`);
  }

  /** v1: Stop with the last position; v2: none. Then cancel, Teardown, Shutdown. */
  async stop(): Promise<void> {
    const { client } = this.#plugin;
    if (this.#engine === 'v1') await client.call(`${DESTINATION}Stop`, { last_position: this.#sent.at(-1) ?? Buffer.alloc(0) });
    this.stream.cancel();
    await client.call(`${DESTINATION}Teardown`);
    await this.#plugin.shutdown();
  }
}
