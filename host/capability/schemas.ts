import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import { DecodingConsumer, type Decoder, type Kafka } from '../kafka/index.ts';
import type { DataFormat } from '../kafka/contract.ts';
import type { Net } from '../net/net.ts';
import { JsonDecoder } from '../schema/json/json-decoder.ts';

export interface SchemaParts {
  secrets: SecretReader;
  log: Log;
  net: Net;
}

/** A Kafka that decodes and encodes keys and values where a guest asks for it. Otherwise it is the inner one. */
export function withSchemas(kafka: Kafka, _parts: SchemaParts): Kafka {
  return {
    ...kafka,
    openConsumer: async (connection, options, context) => {
      const { decoding } = options;
      if (decoding === undefined) return kafka.openConsumer(connection, options, context);
      const decoder = (format: DataFormat | undefined): Decoder | null => {
        if (format === undefined) return null;
        if (format !== 'json') throw new ConnectorError('config.invalid', `the format ${format} is not supported yet`);
        return new JsonDecoder();
      };
      const translation = {
        key: decoder(decoding.key),
        value: decoder(decoding.value),
        keepUndecodable: decoding.keepUndecodable,
        close: () => undefined,
      };
      return new DecodingConsumer(await kafka.openConsumer(connection, { ...options, decoding: undefined }, context), translation);
    },
  };
}
