// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:connector in the shapes that jco uses.
/** Writes records. In order: `configure`, `open`, `write` as the host likes, `stop`, `teardown`. */
export interface DestinationExports {
  /** Parses and validates; reaches nothing outside. May be called again until `open`; the last configuration counts. */
  configure(config: [string, string][]): Promise<void>;
  open(): Promise<void>;
  /**
   * In: bytes of a protobuf `connector.v2.Destination.Run.Request`.
   * Out: bytes of a protobuf `connector.v2.Destination.Run.Response` with exactly one ack for each record, in the same
   * order, empty error = durably written.
   * The outer error means that no outcome is known for any record: some may be written all the same.
   */
  write(records: Uint8Array): Promise<Uint8Array>;
  /** No more `write` after this. */
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
 * Why something failed. Texts are for people, never for matching; the kind alone says whether a retry can help. WIT
 * cannot add a case without breaking guests, so a failure without a kind of its own is `other`.
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
   * Opaque, of an error that the host gave: a guest that returns this error, whatever it did to the text, returns the code
   * unchanged. The host knows its own failure by it again. `none` for an error that the guest made itself.
   */
  code?: string;
}

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** What the host can accept now. */
export interface Credit {
  /** A guest that returns more has broken the contract. 0: return nothing, but commit what is due. */
  maxRecords: number;
  /**
   * Of `data`. One record may exceed it, if it is the first of its batch; hosts bound that as well (128 MiB in the host that
   * this WIT comes with).
   */
  maxBytes: number;
  /**
   * The longest that `read` may wait for records. It delays acks and `stop` unless the host ends the wait: keep it at or below
   * 500.
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

/** Reads records. In order: `configure`, `open`, then `read` and `ack` as the host likes, `stop`, `ack`, `teardown`. */
export interface SourceExports {
  /** Parses and validates; reaches nothing outside. May be called again until `open`; the last configuration counts. */
  configure(config: [string, string][]): Promise<void>;
  /** `none` on a first run, else the last position that was acknowledged. */
  open(resume: Uint8Array | undefined): Promise<void>;
  /**
   * `none`: nothing yet. Until `stop` the host calls it at least once a second, with zero credit if it can take no records, so
   * that the guest may commit what is due.
   */
  read(credit: Credit): Promise<Batch | undefined>;
  /**
   * Bytes of a protobuf `connector.v2.Source.Run.Request`: positions acknowledged downstream, in the order in which `read`
   * returned them. A guest commits what is due in here too. An error that a retry can mend concerns the commit alone: the
   * acknowledgements are taken.
   */
  ack(positions: Uint8Array): Promise<void>;
  /** No more `read` after this; `ack` may follow, and commits. */
  stop(): Promise<void>;
  /** Commits what is acknowledged, closes everything. Valid in any state, any number of times. */
  teardown(): Promise<void>;
}

export type ParamType = 'text' | 'int' | 'float' | 'boolean' | 'file' | 'duration';

export type ValidationKind = 'required' | 'greater-than' | 'less-than' | 'inclusion' | 'exclusion' | 'regex';

/** Mirrors Conduit's validation. */
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
   * The value is a secret. The host keeps it and gives the guest a reference instead, which the guest may only pass back
   * to a host capability. A reference is empty if the value is, means nothing to the guest, and has at most 1,024 bytes.
   */
  secret: boolean;
  /**
   * The host does what this setting says (`sdk.batch.*`, `sdk.rate.*`, `sdk.schema.*`); the guest only validates it. A host that
   * cannot must refuse values other than the default.
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

/** What the connector is, and which settings it has. */
export interface SpecifierExports {
  /** Pure: the host may call it in an instance that was granted nothing. */
  specify(): Promise<Specification>;
}
