/**
 * The WIT package conduit:connector (`wit/`) in TypeScript, in the shapes that jco uses: records as objects in camel case, u64 and s64 as bigint,
 * option as undefined, lists of u8 as Uint8Array. A type test compares them with what jco generates.
 */
export interface InvalidParam {
  name: string;
  reason: string;
}
export type ParamKind = 'text' | 'int' | 'float' | 'boolean' | 'file' | 'duration';
export type ValidationKind = 'required' | 'greater-than' | 'less-than' | 'inclusion' | 'exclusion' | 'regex';
export interface Validation {
  kind: ValidationKind;
  operand: string;
}
export interface Param {
  name: string;
  description: string;
  defaultValue: string;
  kind: ParamKind;
  validations: Validation[];
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
export interface Credit {
  maxRecords: number;
  maxBytes: number;
  maxWaitMs: number;
}
export interface Batch {
  /** Bytes of `connector.v2.Source.Run.Response`. */
  data: Uint8Array;
  count: number;
  lastPosition: Uint8Array;
}
