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
  /** `position`: the last acknowledged position; null (or empty) on a first run. */
  open(position: Uint8Array | null): Promise<void>;
  /** Begins to read. The sink gets the batches, and the error if the source fails for good. */
  run(sink: SourceSink, options?: RunOptions): void;
  /** To be called when the sink has room again after `batch` returned false. */
  resume(): void;
  /** Takes a Source.Run.Request: positions in the order in which their records were emitted. */
  ack(positions: Uint8Array): void;
  /** Resolves when the guest has got every ack handed in so far, or has ended. */
  settled(): Promise<void>;
  /**
   * Stops reading. Records that the stages hold back are emitted before this resolves, and none afterwards; acks may follow. Resolves with the
   * position of the last record emitted, empty if there is none.
   */
  stop(): Promise<Uint8Array>;
  /** Commits the acknowledged offsets, and closes. May be called in any state, any number of times. */
  teardown(): Promise<void>;
}

export interface SourceComposition {
  log: Log;
  /** Conduit's id of the connector: the default name of the schema context, which is the prefix of the subjects. */
  connectorId: string;
  /** Makes the client of Conduit's schema service; called when the first schema is registered. Null: there is none. */
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

/** The smaller of the two credits: a read may exceed neither. */
function smaller(asked: Partial<Credit>, staged: Partial<Credit>): Partial<Credit> {
  const { maxRecords } = staged;
  if (maxRecords === undefined) return asked;
  return { ...asked, maxRecords: Math.min(maxRecords, asked.maxRecords ?? Infinity) };
}
