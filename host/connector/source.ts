import { trimmedSettings, type Settings } from '../base/settings.ts';
import type { Log } from '../base/log.ts';
import type { Batch, Credit, InvalidParam } from '../runtime/contract.ts';
import type { RunOptions, SourceConnector, SourceSink } from '../runtime/source.ts';
import { checkSchemaSettings, sourceStages, type SchemaService, type SourceStages } from '../sdk/index.ts';

export type { RunOptions, SourceSink } from '../runtime/source.ts';

/** A source as the plugin and the command line use it: a guest under supervision, with the stages of Conduit's SDK in front of it. */
export interface Source {
  /** The problems of the settings, none if they are accepted. May be called again until `open`. */
  configure(settings: Settings): Promise<InvalidParam[]>;
  /** `position`: the last one acknowledged; null (or empty) on a first run. */
  open(position: Uint8Array | null): Promise<void>;
  /** Begins to read. Batches, and the final error if there is one, go to the sink. */
  run(sink: SourceSink, options?: RunOptions): void;
  /** The sink has room again after `batch` returned false. */
  resume(): void;
  /** Takes a Source.Run.Request: positions in the order in which their records were emitted. */
  ack(positions: Uint8Array): void;
  /** Resolves when the guest was given every ack handed in so far, or is gone. */
  settled(): Promise<void>;
  /**
   * Stops reading. What the stages hold back is emitted before this resolves, nothing afterwards; acks may follow. Resolves with the position of
   * the last record emitted, empty if there is none.
   */
  stop(): Promise<Uint8Array>;
  /** Commits what is acknowledged and closes; in any state, any number of times. */
  teardown(): Promise<void>;
}

export interface SourceComposition {
  log: Log;
  /** Prefix of the subjects under which schemas are registered. */
  connectorId: string;
  /** Conduit's schema service, called when the first schema is registered; null where there is none. */
  schemas: (() => SchemaService) | null;
}

/** Puts the stages (`sdk.batch.*`, `sdk.schema.*`) in front of a source of the runtime. */
export function composeSource(connector: Omit<SourceConnector, 'specify'>, composition: SourceComposition): Source {
  return new ComposedSource(connector, composition);
}

class ComposedSource implements Source {
  readonly #connector: Omit<SourceConnector, 'specify'>;
  readonly #composition: SourceComposition;
  #stages: SourceStages = {};
  #lastEmitted: Uint8Array = new Uint8Array(0);

  constructor(connector: Omit<SourceConnector, 'specify'>, composition: SourceComposition) {
    this.#connector = connector;
    this.#composition = composition;
  }

  async configure(given: Settings): Promise<InvalidParam[]> {
    const settings = trimmedSettings(given);
    const invalid = await this.#connector.configure(settings);
    if (invalid.length > 0) return invalid;
    const { schemas } = this.#composition;
    const unmet = schemas === null ? checkSchemaSettings(settings) : [];
    if (unmet.length === 0) this.#stages = sourceStages({ ...this.#composition, settings });
    return unmet;
  }

  open(position: Uint8Array | null): Promise<void> {
    return this.#connector.open(position);
  }

  run(sink: SourceSink, options: RunOptions = {}): void {
    const outlet: SourceSink = {
      batch: (batch: Batch) => {
        this.#lastEmitted = batch.lastPosition;
        return sink.batch(batch);
      },
      failed: (error) => sink.failed(error),
    };
    const stages = this.#stages;
    this.#connector.run(stages.sink?.(outlet, this.#connector) ?? outlet, { credit: smaller(options.credit ?? {}, stages.credit ?? {}) });
  }

  resume(): void {
    if (this.#stages.resume === undefined) this.#connector.resume();
    else this.#stages.resume();
  }

  ack(positions: Uint8Array): void {
    this.#connector.ack(positions);
  }

  settled(): Promise<void> {
    return this.#connector.settled();
  }

  async stop(): Promise<Uint8Array> {
    await this.#connector.stop();
    await this.#stages.flush?.();
    return this.#lastEmitted;
  }

  async teardown(): Promise<void> {
    await this.#stages.close?.();
    await this.#connector.teardown();
  }
}

/** No read may exceed either credit. */
function smaller(asked: Partial<Credit>, staged: Partial<Credit>): Partial<Credit> {
  const { maxRecords } = staged;
  if (maxRecords === undefined) return asked;
  return { ...asked, maxRecords: Math.min(maxRecords, asked.maxRecords ?? Infinity) };
}
