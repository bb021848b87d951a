/**
 * The stages that Conduit's Go SDK puts around every connector: batching, rate limit, Avro schemas. Records move as bytes; a record is decoded
 * only if it carries schema metadata.
 */
export { type SourceStages, type SourceStagesOptions, sourceStages } from './source.ts';
export { type DestinationStages, type DestinationStagesOptions, destinationStages } from './destination.ts';
export { checkSchemaSettings } from './settings.ts';
export { type Collecting, type Gathering, type QueueListener, type QueueRoom, WriteQueue } from './write-queue.ts';
export { type SchemaService, type SchemaServiceOptions, schemaService } from '../schema/conduit-schemas.ts';
