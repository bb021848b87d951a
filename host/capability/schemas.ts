import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { ConsumerOptions, DataFormat, ProducerOptions, SchemaRegistry } from '../kafka/contract.ts';
import { DecodingConsumer, EncodingProducer, tlsOptions, type Decoding, type Encoding, type Kafka } from '../kafka/index.ts';
import type { Net } from '../net/net.ts';
import type { Registry } from '../schema/confluent/registry.ts';
import type { Format } from '../schema/format.ts';

const OPEN_MS = 10_000;
const NO_TLS_SETTINGS = { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '', caCertRef: '', insecureSkipVerify: false };

export interface SchemaParts {
  secrets: SecretReader;
  log: Log;
  net: Net;
}

/**
 * A Kafka that decodes and encodes keys and values where a guest asks for it; else it is the inner one. The modules of the formats are loaded with
 * the first open that needs them. An open that needs a schema registry rejects if the registry does not answer within ten seconds.
 */
export function withSchemas(kafka: Kafka, parts: SchemaParts): Kafka {
  return {
    ...kafka,
    openConsumer: async (connection, options, context) => {
      const { decoding, ...rest } = options;
      if (decoding === undefined) return kafka.openConsumer(connection, options, context);
      const translation = await decodingOf(decoding, parts, context.signal);
      return closedOnFailure(
        translation,
        async () => new DecodingConsumer(await kafka.openConsumer(connection, rest, context), translation),
      );
    },
    openProducer: async (connection, options, context) => {
      const { encoding, ...rest } = options;
      if (encoding === undefined) return kafka.openProducer(connection, options, context);
      const translation = await encodingOf(encoding, parts, context.signal);
      return closedOnFailure(
        translation,
        async () => new EncodingProducer(await kafka.openProducer(connection, rest, context), translation, options.deliveryTimeoutMs),
      );
    },
  };
}

async function decodingOf(options: NonNullable<ConsumerOptions['decoding']>, parts: SchemaParts, opening: AbortSignal): Promise<Decoding> {
  const closing = new AbortController();
  const registry = options.registry === undefined ? null : await registryOf(options.registry, parts, opening);
  const decoder = async (format: DataFormat | undefined): Promise<Decoding['value']> => {
    if (format === undefined) return null;
    if (format === 'json') return new (await import('../schema/json/json-decoder.ts')).JsonDecoder();
    if (registry === null) throw withoutRegistry(format);
    const { RegistryDecoder } = await import('../schema/confluent/decoder.ts');
    return new RegistryDecoder(await formatOf(format), registry, closing.signal);
  };
  return {
    key: await decoder(options.key),
    value: await decoder(options.value),
    keepUndecodable: options.keepUndecodable,
    get unreachable() {
      return registry?.unreachable ?? null;
    },
    close: () => {
      closing.abort();
      registry?.close();
    },
  };
}

async function encodingOf(options: NonNullable<ProducerOptions['encoding']>, parts: SchemaParts, opening: AbortSignal): Promise<Encoding> {
  const { RegistryEncoder } = await import('../schema/confluent/encoder.ts');
  const registry = await registryOf(options.registry, parts, opening);
  const { autoRegister } = options;
  const encoder = async (part: 'key' | 'value'): Promise<Encoding['value']> => {
    const target = options[part];
    return target === undefined
      ? null
      : new RegistryEncoder({ ...target, format: await formatOf(target.format), part, autoRegister }, registry);
  };
  try {
    return { key: await encoder('key'), value: await encoder('value'), close: () => registry.close() };
  } catch (error) {
    registry.close();
    throw error;
  }
}

async function formatOf(format: DataFormat): Promise<Format> {
  switch (format) {
    case 'avro':
      return (await import('../schema/avro/format.ts')).avroFormat;
    case 'json-schema':
      return (await import('../schema/json-schema/format.ts')).jsonSchemaFormat;
    case 'protobuf':
      return (await import('../schema/protobuf/format.ts')).protobufFormat;
    default:
      throw new ConnectorError('config.invalid', `the format ${format} needs no schema`);
  }
}

async function registryOf(options: SchemaRegistry, { secrets, log, net }: SchemaParts, opening: AbortSignal): Promise<Registry> {
  const { urls, login, tokenRef, tls } = options;
  const { Registry } = await import('../schema/confluent/registry.ts');
  const basic = login === undefined ? null : Buffer.from(`${login.username}:${secrets.read(login.passwordRef)}`).toString('base64');
  const registry = new Registry({
    urls,
    net,
    log,
    authorization: basic !== null ? `Basic ${basic}` : tokenRef === '' ? null : `Bearer ${secrets.read(tokenRef)}`,
    // Without settings it is the same TLS as that of a broker without settings.
    tls: urls.every((url) => url.startsWith('http:')) ? null : tlsOptions(tls ?? NO_TLS_SETTINGS, secrets),
  });
  try {
    await registry.probe(AbortSignal.any([opening, AbortSignal.timeout(OPEN_MS)]));
    return registry;
  } catch (error) {
    registry.close();
    throw error;
  }
}

async function closedOnFailure<T>(translation: { close(): void }, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    translation.close();
    throw error;
  }
}

function withoutRegistry(format: DataFormat): ConnectorError {
  return new ConnectorError('config.invalid', `the format ${format} needs a schema registry`);
}
