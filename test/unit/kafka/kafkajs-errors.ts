/** Errors as kafkajs itself makes them. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** The error that kafkajs throws when a broker answers with this error code. */
export const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
export const { KafkaJSConnectionClosedError, KafkaJSConnectionError, KafkaJSServerDoesNotSupportApiKey, KafkaJSNumberOfRetriesExceeded } =
  require('kafkajs/src/errors') as Record<string, new (message: string | Error, facts?: object) => Error>;
