// Written by tools/wit/generate.mjs from wit/; do not edit.
// The types of conduit:connector in the shapes that jco uses.
export interface DestinationExports {
  configure(config: [string, string][]): Promise<void>;
  open(): Promise<void>;
  /**
   * In: bytes of a protobuf `connector.v2.Destination.Run.Request`.
   * Out: bytes of a protobuf `connector.v2.Destination.Run.Response` with exactly one ack
   * for each record, in the same order, empty error = durably written.
   * The outer error means that no outcome is known for any record.
   */
  write(records: Uint8Array): Promise<Uint8Array>;
  stop(): Promise<void>;
  teardown(): Promise<void>;
}

/** One rejected parameter. `reason` is the full text that a user sees. */
export interface InvalidParam {
  name: string;
  reason: string;
}

/**
 * Why something failed. Texts are for people, never for matching; the kind alone says
 * whether a retry can help. WIT cannot add a case without breaking guests, so a failure
 * without a kind of its own is `other`.
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
  text: string;
}

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * What the host can accept now. Credit, not a hint: a guest that returns more has broken
 * the contract and its instance ends.
 */
export interface Credit {
  maxRecords: number;
  maxBytes: number;
  maxWaitMs: number;
}

/** One batch of 1 to `max-records` records in source order. */
export interface Batch {
  /** Bytes of a protobuf `connector.v2.Source.Run.Response`. */
  data: Uint8Array;
  count: number;
  /** Position of the last record in `data`. */
  lastPosition: Uint8Array;
}

export interface SourceExports {
  /** Parses and validates; reaches nothing outside. */
  configure(config: [string, string][]): Promise<void>;
  /** `none` on a first run, else the last position that was acknowledged. */
  open(resume: Uint8Array | undefined): Promise<void>;
  /**
   * `none`: nothing yet. The host calls it at least once a second, with zero credit if it
   * can take no records, so that the guest may commit what is due.
   */
  read(credit: Credit): Promise<Batch | undefined>;
  /**
   * Bytes of a protobuf `connector.v2.Source.Run.Request`: positions acknowledged
   * downstream, in the order in which `read` returned them.
   */
  ack(positions: Uint8Array): Promise<void>;
  /** No more `read` after this; `ack` may follow. */
  stop(): Promise<void>;
  /** Commits what is acknowledged, closes everything. Valid in any state, any number of times. */
  teardown(): Promise<void>;
}

export type ParamType = 'text' | 'int' | 'float' | 'boolean' | 'file' | 'duration';

/** Mirrors Conduit's validation: a kind and its textual operand. */
export type ValidationKind = 'required' | 'greater-than' | 'less-than' | 'inclusion' | 'exclusion' | 'regex';

export interface Validation {
  kind: ValidationKind;
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
   * The value is a secret. The host keeps it and gives the guest an opaque reference of
   * the same emptiness, which the guest may only pass back to a host capability.
   */
  secret: boolean;
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

export interface SpecifierExports {
  /** Pure: the host may call it in an instance that was granted nothing. */
  specify(): Promise<Specification>;
}
