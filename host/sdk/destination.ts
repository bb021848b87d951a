import type { Log } from '../base/log.ts';
import { DestinationSchemas } from './destination-schemas.ts';
import { patientSchemas } from '../schema/patient-schemas.ts';
import { RateLimiter } from './rate-limiter.ts';
import { mayHaveSchema } from '../conduit/schema-metadata.ts';
import { joinMessages, splitMessage } from '../conduit/stream-message.ts';
import type { SchemaService } from '../schema/conduit-schemas.ts';
import type { Settings } from '../base/settings.ts';
import { batchSettings, rateSettings, schemaDecodeSettings } from './settings.ts';
import type { Collecting } from './write-queue.ts';

export interface DestinationStagesOptions {
  /** Trimmed, and accepted by the guest's `configure`. */
  readonly settings: Settings;
  readonly log: Log;
  /** Makes the client of the schema service; called when the first record with schema metadata arrives. Null: there is none, records keep their bytes. */
  readonly schemas: (() => SchemaService) | null;
}

type Write = (records: Uint8Array) => Promise<Uint8Array>;

/** The stages in front of a destination connector. A stage that the settings do not ask for is undefined. */
export interface DestinationStages {
  collecting?: Collecting;
  /** Wraps the connector's `write`: one ack for each record, in order; after `close`, acks only for the records that were written. */
  write?(records: Uint8Array, next: Write): Promise<Uint8Array>;
  close?(): Promise<void>;
}

/**
 * `sdk.batch.*`, `sdk.rate.*` and `sdk.schema.extract.*` of a destination. As in the Go SDK, a batch is collected only with a
 * size above 1, and a delay bounds its wait; unlike there, a size without a delay waits for nothing.
 */
export function destinationStages(options: DestinationStagesOptions): DestinationStages {
  const { size, delayMs } = batchSettings(options.settings);
  const gathering = size > 1 && delayMs > 0 ? { maxRecords: size, maxDelayMs: delayMs } : undefined;
  const rate = rateSettings(options.settings);
  const limiter = rate.perSecond > 0 ? new RateLimiter(rate) : null;
  const decode = schemaDecodeSettings(options.settings);
  const closing = new AbortController();
  const service = (): SchemaService => patientSchemas(options.schemas!(), options.log, closing.signal);
  const schemas = options.schemas !== null && (decode.key || decode.payload) ? new DestinationSchemas(decode, service, options.log) : null;
  const collecting: Collecting = { gathering, maxWriteRecords: limiter?.burst };
  if (schemas === null && limiter === null) return { collecting };

  const limited = async (records: Uint8Array, next: Write, responses: Uint8Array[]): Promise<void> => {
    if (limiter === null) {
      responses.push(await next(records));
      return;
    }
    for (const part of splitMessage(records, limiter.burst, 'records')) {
      await limiter.take(part.count, closing.signal);
      responses.push(await next(part.bytes));
    }
  };
  return {
    collecting,
    write: async (records, next) => {
      const responses: Uint8Array[] = [];
      try {
        const parts = schemas === null || !mayHaveSchema(records) ? [{ records }] : await schemas.decode(records);
        for (const part of parts) {
          if ('acks' in part) responses.push(part.acks);
          else await limited(part.records, next, responses);
        }
      } catch (error) {
        // Acks of records that were written before `close` are still returned: without them the records would be written twice.
        if (!closing.signal.aborted || responses.length === 0) throw error;
      }
      return joinMessages(responses);
    },
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}
