import { ConnectorError } from '../../base/errors.ts';
import { trimmedSettings, type Settings } from '../../base/settings.ts';
import type { Source } from '../../connector/source.ts';
import type { Batch } from '../../runtime/contract.ts';
import { ConnectorService, unary, type ConnectorServiceOptions } from './connector-service.ts';
import type { Call, CallHandlers } from '../grpc/call.ts';
import type { Method } from '../grpc/server.ts';
import { EMPTY, decodeBytes, decodeConfig, encodeBytes } from '../../conduit/protocol-messages.ts';
import { wrongState } from './grpc-status.ts';
import { readStreamMessage } from '../../conduit/stream-message.ts';

const SERVICE = '/connector.v2.SourcePlugin/';

export interface SourceServiceOptions extends ConnectorServiceOptions<Source> {
  /** The connector was deleted from its pipeline for good. */
  deleted?(settings: Settings): Promise<void>;
}

/** Conduit's `SourcePlugin` service. A process serves one source connector. */
export class SourceService extends ConnectorService<Source> {
  readonly #options: SourceServiceOptions;
  /** Position of the last record written to the stream. Stop must answer it byte for byte. */
  #lastPosition: Uint8Array = EMPTY;
  #acks: Uint8Array[] = [];
  #delivering: NodeJS.Immediate | null = null;
  #stopping: Promise<void> | null = null;
  #teardown: Promise<void> | null = null;

  constructor(options: SourceServiceOptions) {
    super('source', options);
    this.#options = options;
  }

  methods(): [path: string, method: Method][] {
    return [
      unary(`${SERVICE}Configure`, (request) => this.configure(decodeConfig(request))),
      unary(`${SERVICE}Open`, (request) => this.#open(decodeBytes(request))),
      [`${SERVICE}Run`, { stream: (call) => this.#run(call) }],
      unary(`${SERVICE}Stop`, () => this.#stop()),
      unary(`${SERVICE}Teardown`, () => this.teardown().then(() => EMPTY)),
      unary(`${SERVICE}LifecycleOnCreated`, () => Promise.resolve(EMPTY)),
      unary(`${SERVICE}LifecycleOnUpdated`, () => Promise.resolve(EMPTY)),
      unary(`${SERVICE}LifecycleOnDeleted`, async (request) => {
        await this.#options.deleted?.(trimmedSettings(decodeConfig(request)));
        return EMPTY;
      }),
    ];
  }

  /** Delivers and commits the acknowledged positions, and closes the connector. May be called in any state, any number of times. */
  teardown(): Promise<void> {
    this.state = 'TornDown';
    this.#teardown ??= (async () => {
      this.#deliverAcks();
      await this.connector?.teardown();
      this.call?.end();
    })();
    return this.#teardown;
  }

  async #open(position: Uint8Array): Promise<Uint8Array> {
    this.expect('Configured');
    // The position is copied because the request is a view of a network buffer.
    await this.connector!.open(position.length === 0 ? null : Uint8Array.from(position));
    this.advance('Configured', 'Started');
    return EMPTY;
  }

  #run(call: Call): CallHandlers {
    this.expect('Started');
    this.advance('Started', 'Running');
    this.call = call;
    const connector = this.connector!;
    connector.run({
      batch: (batch) => this.#send(call, batch),
      failed: (error) => this.failed(call, error),
    });
    return {
      message: (request) => this.#ack(call, request),
      malformed: (error) => this.failed(call, error),
      drained: () => connector.resume(),
      closed: () => {
        // Conduit never half-closes: it cancels the call and then calls Teardown. Acks that arrived before the cancel are still delivered.
        this.#deliverAcks();
        void this.#halt();
      },
    };
  }

  #send(call: Call, batch: Batch): boolean {
    if (this.state !== 'Running' || !call.open) return false;
    if (batch.count === 0 || batch.data.length === 0) return true; // Conduit's arch-v2 panics on an empty list
    if (batch.lastPosition.length === 0) {
      this.failed(
        call,
        new ConnectorError('guest.contract', 'the source emitted a record without a position; this is a bug of the connector'),
      );
      return false;
    }
    this.#lastPosition = batch.lastPosition;
    return call.write(batch.data);
  }

  /** Takes acks. arch-v1 sends one position in each message, thousands in a burst: those of one turn of the event loop are delivered together. */
  #ack(call: Call, request: Buffer): void {
    try {
      const acks = readStreamMessage(request, 'acknowledgements');
      if (acks.count === 0) return;
      this.#acks.push(acks.bytes);
      this.#delivering ??= setImmediate(() => this.#deliverAcks());
    } catch (error) {
      this.failed(call, ConnectorError.from(error));
    }
  }

  #deliverAcks(): void {
    if (this.#delivering !== null) clearImmediate(this.#delivering);
    this.#delivering = null;
    const acks = this.#acks;
    if (acks.length === 0) return;
    this.#acks = [];
    this.connector?.ack(acks.length === 1 ? acks[0]! : Buffer.concat(acks));
  }

  async #stop(): Promise<Uint8Array> {
    if (this.state === 'Initial' || this.state === 'Configured') throw wrongState(['Running', 'Stopping', 'TornDown'], this.state);
    await this.#halt();
    return encodeBytes(this.#lastPosition);
  }

  /** Stops the source. Records that its stages hold back are still sent, and none after them. */
  #halt(): Promise<void> {
    this.#stopping ??= (async () => {
      try {
        await this.connector?.stop();
      } catch (error) {
        this.log('warn', `the source did not stop cleanly: ${ConnectorError.from(error).message}`);
      }
      if (this.state === 'Running' || this.state === 'Started') this.state = 'Stopping';
    })();
    return this.#stopping;
  }
}
