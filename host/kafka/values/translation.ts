import type { ConnectorError } from '../../base/errors.ts';

/** Decodes the keys or the values of a consumer. */
export interface Decoder {
  /**
   * Loads the schema that these bytes name. Undefined: nothing needs to be loaded, `decode` can be called. Resolves also if there is no such schema;
   * `decode` then says so. Rejects with ConnectorError if the registry refuses to answer for good; waits while it does not answer.
   */
  prepare(bytes: Uint8Array): Promise<void> | undefined;
  /** The message `opencdc.v1.Data`, valid until the next call. Throws ConnectorError if these bytes cannot be decoded. */
  decode(bytes: Uint8Array): Uint8Array;
  /** The message `opencdc.v1.Data` with the bytes as they are, valid until the next call. */
  keep(bytes: Uint8Array): Uint8Array;
}

export interface Decoding {
  readonly key: Decoder | null;
  readonly value: Decoder | null;
  readonly keepUndecodable: boolean;
  /** Why schemas are waited for; null if none is. */
  readonly unreachable: ConnectorError | null;
  close(): void;
}

/** Encodes the keys or the values of a producer. */
export interface Encoder {
  /**
   * Loads what records of this topic need. Rejects with the ConnectorError for all of them; gives up with `schema.unreachable` when the registry has
   * not answered by the end of `signal`.
   */
  prepare(topic: string, signal: AbortSignal): Promise<(data: Uint8Array) => Uint8Array>;
}

export interface Encoding {
  readonly key: Encoder | null;
  readonly value: Encoder | null;
  close(): void;
}
