import type { Log } from '../base/log.ts';
import { trimmedSettings, type Settings } from '../base/settings.ts';
import type { InvalidParam } from '../runtime/contract.ts';
import type { DestinationConnector } from '../runtime/destination.ts';
import {
  checkSchemaSettings,
  destinationStages,
  WriteQueue,
  type DestinationStages,
  type QueueListener,
  type SchemaService,
} from '../sdk/index.ts';

/** A destination as the plugin and the command line use it: a guest under supervision, with the stages of Conduit's SDK in front of it. */
export interface Destination {
  /** The problems of the settings, none if they are accepted. May be called again until `open`. */
  configure(settings: Settings): Promise<InvalidParam[]>;
  open(): Promise<void>;
  /**
   * A queue in front of `write`, which collects requests into writes as the settings (`sdk.batch.*`, `sdk.rate.*`) say. Call it after the settings
   * were accepted. Callers that write a stream of records use the queue, not `write`.
   */
  queue(listener: QueueListener): WriteQueue;
  /**
   * Writes a Destination.Run.Request and resolves with the Destination.Run.Response: one ack for each record, in order. If `teardown` is called
   * meanwhile, there are acks only for the records that were written. Rejects if no outcome is known. One write at a time.
   */
  write(records: Uint8Array): Promise<Uint8Array>;
  /** Waits for the writes in flight. No write may follow. */
  stop(): Promise<void>;
  /** Ends writes that wait, and closes. May be called in any state, any number of times. */
  teardown(): Promise<void>;
}

export interface DestinationComposition {
  log: Log;
  /** Makes the client of Conduit's schema service; called when the first record with a schema arrives. Null: there is none, records keep their bytes. */
  schemas: (() => SchemaService) | null;
  /** Values for settings that are not set. They replace the component's own defaults. */
  defaults?: Settings;
}

/** Puts the stages (`sdk.batch.*`, `sdk.rate.*`, `sdk.schema.extract.*`) in front of a destination of the runtime. */
export function composeDestination(connector: Omit<DestinationConnector, 'specify'>, composition: DestinationComposition): Destination {
  return new ComposedDestination(connector, composition);
}

class ComposedDestination implements Destination {
  readonly #connector: Omit<DestinationConnector, 'specify'>;
  readonly #composition: DestinationComposition;
  #stages: DestinationStages = {};

  constructor(connector: Omit<DestinationConnector, 'specify'>, composition: DestinationComposition) {
    this.#connector = connector;
    this.#composition = composition;
  }

  async configure(given: Settings): Promise<InvalidParam[]> {
    const { defaults = {}, schemas } = this.#composition;
    const isSet = Object.entries(trimmedSettings(given)).filter(([name, value]) => value !== '' || !(name in defaults));
    const settings = trimmedSettings({ ...defaults, ...Object.fromEntries(isSet) });
    const invalid = await this.#connector.configure(settings);
    if (invalid.length > 0) return invalid;
    const unmet = schemas === null ? checkSchemaSettings(settings) : [];
    if (unmet.length === 0) this.#stages = destinationStages({ ...this.#composition, settings });
    return unmet;
  }

  open(): Promise<void> {
    return this.#connector.open();
  }

  queue(listener: QueueListener): WriteQueue {
    return new WriteQueue({ ...listener, write: (records) => this.write(records), collecting: this.#stages.collecting ?? {} });
  }

  write(records: Uint8Array): Promise<Uint8Array> {
    return this.#stages.write?.(records, (part) => this.#connector.write(part)) ?? this.#connector.write(records);
  }

  stop(): Promise<void> {
    return this.#connector.stop();
  }

  async teardown(): Promise<void> {
    // A write that waits for the rate limit or a schema ends when the stages close; a write that waits for a broker ends when the connector closes.
    await Promise.all([this.#stages.close?.(), this.#connector.teardown()]);
  }
}
