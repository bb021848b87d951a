import { ConnectorError } from '../base/errors.ts';
import { after } from '../base/wait.ts';
import type { Log } from '../base/log.ts';
import type { Batch, Credit } from '../runtime/contract.ts';
import type { SourceSink } from '../runtime/source.ts';
import { patientSchemas } from '../schema/patient-schemas.ts';
import { joinMessages } from '../conduit/stream-message.ts';
import type { SchemaService } from '../schema/conduit-schemas.ts';
import type { Settings } from '../base/settings.ts';
import { batchSettings, schemaExtractSettings, type BatchSettings } from './settings.ts';
import { SourceSchemas } from './source-schemas.ts';

export interface SourceStagesOptions {
  /** Trimmed, and accepted by the guest's `configure`. */
  readonly settings: Settings;
  readonly connectorId: string;
  readonly log: Log;
  /** Makes the client of the schema service; called when the first schema is registered. Null: there is none, and no schema is extracted. */
  readonly schemas: (() => SchemaService) | null;
}

/** The stages behind a source connector. A stage that the settings do not ask for is undefined. */
export interface SourceStages {
  /** For `SourceConnector.run`, so that no single read exceeds `sdk.batch.size`. */
  credit?: Partial<Credit>;
  /** The sink to run the connector with. */
  sink?(outlet: SourceSink, connector: { resume(): void }): SourceSink;
  /** To be called when the outlet has room again. */
  resume?(): void;
  /** Emits all records that are held back. */
  flush?(): Promise<void>;
  close?(): Promise<void>;
}

/**
 * A collected batch is emitted before it would exceed this. Conduit sends a batch to the destination plugin as one message, which that plugin
 * refuses above 4 MiB by default, and Conduit adds metadata to every record on the way.
 */
const MAX_COLLECTED_BYTES = 2 * 1024 * 1024;
const MAX_COLLECTED_RECORDS = 10_000;

/**
 * `sdk.batch.*` and `sdk.schema.*` of a source.
 *
 * Without `sdk.batch.delay` a batch is emitted as it was read. With it, records are collected for at most that long from the first record on, or
 * until there are `sdk.batch.size` records. A size without a delay is only an upper bound; the Go SDK would wait for a full batch for ever.
 */
export function sourceStages(options: SourceStagesOptions): SourceStages {
  const batching = batchSettings(options.settings);
  const extract = schemaExtractSettings(options.settings, options.connectorId);
  const closing = new AbortController();
  const service = (): SchemaService => patientSchemas(options.schemas!(), options.log, closing.signal);
  const schemas = options.schemas !== null && (extract.key || extract.payload) ? new SourceSchemas(extract, service, options.log) : null;
  const credit = batching.size > 0 ? { maxRecords: Math.min(batching.size, MAX_COLLECTED_RECORDS) } : undefined;
  if (schemas === null && batching.delayMs === 0) return { credit };
  const stage = new SourceStage(batching, schemas);
  return {
    credit,
    sink: (outlet, connector) => stage.between(outlet, connector),
    resume: () => stage.resume(),
    flush: () => stage.flush(),
    close: () => {
      const closed = stage.close(); // before the abort, so that an extraction that the abort ends is not reported as a failure
      closing.abort();
      return closed;
    },
  };
}

class SourceStage implements SourceSink {
  readonly #batching: BatchSettings;
  readonly #schemas: SourceSchemas | null;
  #outlet: SourceSink | null = null;
  #connector: { resume(): void } | null = null;
  #held: Batch[] = [];
  #heldRecords = 0;
  #heldBytes = 0;
  #cancelSend: (() => void) | null = null;
  /** Schemas are extracted one batch after the other, so that the batches keep their order. */
  #extracting: Promise<void> = Promise.resolve();
  #extractingCount = 0;
  #outletFull = false;
  #connectorWaits = false;
  #closed = false;

  constructor(batching: BatchSettings, schemas: SourceSchemas | null) {
    this.#batching = batching;
    this.#schemas = schemas;
  }

  between(outlet: SourceSink, connector: { resume(): void }): SourceSink {
    this.#outlet = outlet;
    this.#connector = connector;
    return this;
  }

  batch(batch: Batch): boolean {
    if (this.#closed) return false;
    if (this.#schemas === null) return this.#tell(this.#collect(batch));
    this.#extractingCount++;
    this.#extracting = this.#extracting.then(() => this.#extract(batch));
    return this.#tell(false);
  }

  failed(error: ConnectorError): void {
    this.#extracting = this.#extracting.then(() => this.#fail(error));
  }

  resume(): void {
    this.#outletFull = false;
    this.#wakeConnector();
  }

  async flush(): Promise<void> {
    await this.#extracting;
    this.#send();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#clear();
    return Promise.resolve();
  }

  async #extract(batch: Batch): Promise<void> {
    if (this.#closed) return;
    try {
      const data = await this.#schemas!.extract(batch.data);
      if (!this.#closed) this.#collect({ ...batch, data });
    } catch (error) {
      this.#fail(ConnectorError.from(error));
    }
    this.#extractingCount--;
    this.#wakeConnector();
  }

  #fail(error: ConnectorError): void {
    if (this.#closed) return;
    this.#send();
    void this.close();
    this.#outlet?.failed(error);
  }

  /** True if there is room for more. */
  #collect(batch: Batch): boolean {
    const { size, delayMs } = this.#batching;
    const maxRecords = size > 0 ? Math.min(size, MAX_COLLECTED_RECORDS) : MAX_COLLECTED_RECORDS;
    if (
      this.#heldRecords > 0 &&
      (this.#heldRecords + batch.count > maxRecords || this.#heldBytes + batch.data.length > MAX_COLLECTED_BYTES)
    )
      this.#send();
    this.#held.push(batch);
    this.#heldRecords += batch.count;
    this.#heldBytes += batch.data.length;
    if (delayMs === 0 || this.#heldRecords >= maxRecords || this.#heldBytes >= MAX_COLLECTED_BYTES) this.#send();
    else this.#cancelSend ??= after(delayMs, () => this.#send());
    return !this.#outletFull;
  }

  #send(): void {
    const held = this.#held;
    const count = this.#heldRecords;
    this.#clear();
    const last = held[held.length - 1];
    if (last === undefined || this.#closed) return;
    const whole =
      held.length === 1 ? last : { data: joinMessages(held.map((batch) => batch.data)), count, lastPosition: last.lastPosition };
    if (!this.#outlet!.batch(whole)) this.#outletFull = true;
  }

  #clear(): void {
    this.#cancelSend?.();
    this.#cancelSend = null;
    this.#held = [];
    this.#heldRecords = 0;
    this.#heldBytes = 0;
  }

  #tell(room: boolean): boolean {
    this.#connectorWaits = !room;
    return room;
  }

  #wakeConnector(): void {
    if (!this.#connectorWaits || this.#outletFull || this.#extractingCount > 0 || this.#closed) return;
    this.#connectorWaits = false;
    this.#connector!.resume();
  }
}
