// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:connector in the shapes that jco uses.
/** Writes records. The calls come in this order: `configure`, `open`, any number of `write`, `stop`, `teardown`. */
export interface DestinationExports {
  /**
   * Parses and validates the configuration, without reaching the remote system. May be called again until `open`; the last
   * configuration counts.
   */
  configure(config: [string, string][]): Promise<void>;
  open(): Promise<void>;
  /**
   * In: bytes of a protobuf `connector.v2.Destination.Run.Request`.
   * Out: bytes of a protobuf `connector.v2.Destination.Run.Response` with exactly one ack for each record, in the same
   * order. An ack with an empty error means that the record is durably written.
   * The outer error means that no outcome is known for any record: some may be written all the same.
   */
  write(records: Uint8Array): Promise<Uint8Array>;
  /** No `write` follows. */
  stop(): Promise<void>;
  /** Closes everything. Valid in any state, any number of times. */
  teardown(): Promise<void>;
}

/** One rejected parameter. */
export interface InvalidParam {
  name: string;
  /** The full text that a user sees. */
  reason: string;
}

/**
 * The kind of a failure. Texts are for people, never for matching: only the kind says whether a retry can help. WIT
 * cannot add a case without breaking guests, so a failure that fits no other case is `other`.
 */
export type ErrorKind =
  | 'invalid-config'
  | 'invalid-position'
  | 'permission-denied'
  | 'timeout'
  | 'unavailable'
  | 'rejected'
  | 'limit-exceeded'
  | 'cancelled'
  | 'other';

export interface WitError {
  kind: ErrorKind;
  /** For people: what was expected, what came, what to change. A guest may put its own words before a host's text. */
  text: string;
  /**
   * The opaque code of an error that came from the host. A guest that returns such an error, even with a changed text, must
   * return the code unchanged, so that the host recognises its own failure. `none` for an error of the guest itself.
   */
  code?: string;
}

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** The most that the host accepts from one `read`. */
export interface Credit {
  /** A guest that returns more breaks the contract. 0: return no batch, but commit due offsets. */
  maxRecords: number;
  /**
   * Of `data`. One record may exceed it, if it is the first of its batch; hosts bound that as well (128 MiB in the host that
   * this WIT comes with).
   */
  maxBytes: number;
  /**
   * The longest time that `read` may wait for records. The wait delays acks and `stop` unless the host ends it, so hosts should
   * keep it at or below 500.
   */
  maxWaitMs: number;
}

/** One batch of 1 to `max-records` records in source order. */
export interface Batch {
  /** Bytes of a protobuf `connector.v2.Source.Run.Response`. */
  data: Uint8Array;
  /** Number of records in `data`. */
  count: number;
  /** Position of the last record in `data`; not empty. */
  lastPosition: Uint8Array;
}

/** Reads records. The calls come in this order: `configure`, `open`, then `read` and `ack` in any order, `stop`, `ack`, `teardown`. */
export interface SourceExports {
  /**
   * Parses and validates the configuration, without reaching the remote system. May be called again until `open`; the last
   * configuration counts.
   */
  configure(config: [string, string][]): Promise<void>;
  /** `resume`: `none` on a first run, else the last position that was acknowledged. */
  open(resume: Uint8Array | undefined): Promise<void>;
  /**
   * Returns the next batch, or `none` if no record has come yet. Until `stop` the host calls it at least once a second, with
   * zero credit if it can take no records, so that the guest can commit due offsets.
   */
  read(credit: Credit): Promise<Batch | undefined>;
  /**
   * Bytes of a protobuf `connector.v2.Source.Run.Request`: positions that were acknowledged downstream, in the order in which
   * `read` returned them. A guest may commit due offsets here too. An error that a retry can mend concerns the commit only:
   * the guest has taken the acknowledgements.
   */
  ack(positions: Uint8Array): Promise<void>;
  /** No `read` follows. `ack` may follow, and may commit. */
  stop(): Promise<void>;
  /** Commits acknowledged offsets and closes everything. Valid in any state, any number of times. */
  teardown(): Promise<void>;
}

export type ParamType = 'text' | 'int' | 'float' | 'boolean' | 'file' | 'duration';

export type ValidationKind = 'required' | 'greater-than' | 'less-than' | 'inclusion' | 'exclusion' | 'regex';

/** A validation as Conduit knows it. */
export interface Validation {
  kind: ValidationKind;
  /** The limit, the list (separated by commas) or the regular expression; empty for `required`. */
  operand: string;
}

export interface Param {
  name: string;
  description: string;
  /** Empty means that there is no default. */
  defaultValue: string;
  kind: ParamType;
  validations: Validation[];
  /**
   * The value is a secret. The host keeps it and gives the guest a reference instead, which the guest can only pass to a
   * capability of the host. A reference is opaque, has at most 1,024 bytes, and is empty if the value is empty.
   */
  secret: boolean;
  /**
   * The host implements this setting (`sdk.batch.*`, `sdk.rate.*`, `sdk.schema.*`), and the guest only validates it. A host that
   * does not implement it must refuse values other than the default.
   */
  hostImplemented: boolean;
}

export interface Specification {
  name: string;
  summary: string;
  description: string;
  version: string;
  author: string;
  sourceParams: Param[];
  destinationParams: Param[];
}

/** The description of the connector and of its settings. */
export interface SpecifierExports {
  /** Calls no import: the host may call it in an instance that was granted nothing. */
  specify(): Promise<Specification>;
}
