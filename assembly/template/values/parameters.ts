// The types of parameters, as Go has them.
import { Type } from './value';

/** Parameter types. */
export const ANY: u32 = 1; // interface {}
export const REFLECT: u32 = 2; // reflect.Value
export const TEXT: u32 = 3; // string
export const INT: u32 = 4; // int
export const FLOAT: u32 = 5; // float64
export const BOOL: u32 = 6; // bool
export const MAP: u32 = 7; // map[string]interface {}
export const TIME: u32 = 8; // time.Time
export const INT64: u32 = 9; // int64
export const DURATION: u32 = 10; // time.Duration
export const SEMVER: u32 = 11; // *semver.Version

const PARAMETERS: string[] = [
  '',
  'interface {}',
  'reflect.Value',
  'string',
  'int',
  'float64',
  'bool',
  'map[string]interface {}',
  'time.Time',
  'int64',
  'time.Duration',
  '*semver.Version',
];
const DYNAMIC: u8[] = [0, 0, 0, Type.string, Type.int, Type.float, Type.bool, Type.map, Type.time, Type.int64, Type.duration, Type.semver];

export function parameterName(type: u32): string {
  return PARAMETERS[type];
}

export function canBeNil(type: u32): bool {
  return type == ANY || type == REFLECT || type == MAP || type == SEMVER;
}

export function isAssignable(value: u8, type: u32): bool {
  return value == DYNAMIC[type] || (type == MAP && value == Type.structuredData);
}
