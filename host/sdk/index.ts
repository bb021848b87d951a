/**
 * What Conduit's Go SDK puts around every connector, around this one: batching, rate limit, Avro schemas.
 * Everything moves as bytes; a record is decoded only when it carries schema metadata.
 */
export { type SourceMiddleware, type SourceMiddlewareOptions, sourceMiddleware } from './source.ts';
export { type DestinationMiddleware, type DestinationMiddlewareOptions, destinationMiddleware } from './destination.ts';
export { type SchemaService, type SchemaServiceOptions, schemaService } from '../schema/conduit-schemas.ts';
