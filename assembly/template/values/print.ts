// Prints values as Go's fmt does: %v of everything, and the verbs with their flags.
import { writeOperation } from '../../opencdc/record-reader';
import { AFTER_VALUE, BEFORE_VALUE, KEY_VALUE, METADATA_VALUE, setOperation, setPosition, tableOf } from './data';
import { enter, failed, leave, step } from './limits';
import { elementOf } from './lists';
import { pairAt, pairValue } from './tables';
import { close, open, put, putByte, putRune, putText, putValue } from './text';
import * as times from './times';
import {
  Type,
  Value,
  Wrap,
  addressOf,
  copyValue,
  floatOf,
  isBytes,
  isInteger,
  isList,
  isMap,
  isUnsigned,
  lift,
  newValue,
  setText,
  staticName,
  typeName,
} from './value';
import { flags, formatBool, formatBytes, formatFloat, formatInteger, formatText, pad } from './verbs';
import * as versions from './versions';

const V: u32 = 0x76;

/** Prints a value as an action of a template does. */
export function printPlain(v: Value): void {
  if (v.type == Type.string) return putValue(v);
  flags.clear();
  if (v.type <= Type.missing && v.wrap == Wrap.nothing) putText('<no value>');
  else printArgument(v, V);
}

/** The text of %v, for messages. */
export function textOf(v: Value): string {
  const text = newValue();
  toText(v, text);
  return lift(text);
}

/** Makes the text of %v. */
export function toText(v: Value, out: Value): void {
  if (v.type == Type.string) return copyValue(out, v);
  const value = newValue();
  copyValue(value, v);
  open();
  flags.clear();
  printArgument(value, V);
  close(out);
}

/** True for a type with a String method. */
export function isStringer(t: u8): bool {
  return (t >= Type.operation && t <= Type.duration) || t == Type.position || t == Type.time || t == Type.semver;
}

/** The result of the String method. */
export function setStringOf(v: Value, out: Value): void {
  if (v.type == Type.position) {
    if (v.bits != 0) return setText(out, addressOf(v), v.size);
    open();
    putText('<nil>');
    return close(out);
  }
  const value = newValue();
  copyValue(value, v);
  open();
  if (v.type == Type.operation) {
    const to = memory.data(32);
    put(to, writeOperation(to, <i32>value.bits) - to);
  } else if (v.type == Type.semver) versions.putVersion(value);
  else times.putTime(value);
  close(out);
}

/** One argument of a print function. */
export function printArgument(v: Value, verb: u32): void {
  if (v.type <= Type.missing) {
    if (verb == V || verb == 0x54) pad('<nil>');
    else badVerb(v, verb);
    return;
  }
  if (verb == 0x54) return padText(typeName(v));
  printValue(v, verb, 0);
}

function padText(text: string): void {
  pad(text);
}

function badVerb(v: Value, verb: u32): void {
  putText('%!');
  putRune(verb);
  putByte(0x28);
  if (v.type <= Type.missing) putText('<nil>');
  else {
    putText(typeName(v));
    putByte(0x3d);
    flags.erroring = true;
    printValue(v, V, 0);
    flags.erroring = false;
  }
  putByte(0x29);
}

function printValue(v: Value, verb: u32, depth: u32): void {
  if (!step() || !enter()) return;
  printDeep(v, verb, depth);
  leave();
}

function printDeep(v: Value, verb: u32, depth: u32): void {
  const t = v.type;
  if (t == Type.string) {
    if (!formatText(addressOf(v), v.size, verb)) badVerb(v, verb);
    return;
  }
  const usesMethods = verb == V ? !flags.sharpV : verb == 0x73 || verb == 0x78 || verb == 0x58 || verb == 0x71;
  if (usesMethods && !flags.erroring && isStringer(t)) {
    const text = newValue();
    setStringOf(v, text);
    formatText(addressOf(text), text.size, verb);
    return;
  }
  if (t == Type.bool) {
    if (!formatBool(v.bits != 0, verb)) badVerb(v, verb);
  } else if (isInteger(t)) {
    if (!formatInteger(v.bits, true, verb)) badVerb(v, verb);
  } else if (isUnsigned(t)) {
    if (!formatInteger(v.bits, false, verb)) badVerb(v, verb);
  } else if (t == Type.float) {
    if (!formatFloat(floatOf(v), verb)) badVerb(v, verb);
  } else if (isBytes(t)) printBytes(v, verb, depth);
  else if (isList(t)) printList(v, verb, depth);
  else if (isMap(t)) printMap(v, verb, depth);
  else if (t == Type.record) printRecord(verb, depth);
  else if (t == Type.change) printChange(verb, depth);
  else if (t <= Type.missing) {
    if (verb == V) putText(flags.sharpV ? staticName(v) + '(nil)' : '<nil>');
    else if (v.wrap != Wrap.nothing) putText('<nil>');
    else badVerb(v, verb);
  } else {
    const text = newValue();
    setStringOf(v, text);
    putValue(text);
  }
}

function printBytes(v: Value, verb: u32, depth: u32): void {
  const isText = verb == 0x73 || verb == 0x71 || verb == 0x78 || verb == 0x58;
  if (isText) return formatBytes(addressOf(v), v.size, verb);
  const item = newValue();
  const sharp = flags.sharpV;
  if (sharp) {
    putText(v.type == Type.bytes && depth == 0 ? '[]byte' : typeName(v));
    if (v.bits == 0) return putText('(nil)');
  }
  putByte(sharp ? 0x7b : 0x5b);
  for (let i: u32 = 0; i < v.size && !failed; i++) {
    if (i > 0) putText(sharp ? ', ' : ' ');
    elementOf(v, i, item);
    printValue(item, verb, depth + 1);
  }
  putByte(sharp ? 0x7d : 0x5d);
}

function printList(v: Value, verb: u32, depth: u32): void {
  const item = newValue();
  const sharp = flags.sharpV;
  if (sharp) {
    putText(typeName(v));
    if (v.bits == 0) return putText('(nil)');
  }
  putByte(sharp ? 0x7b : 0x5b);
  for (let i: u32 = 0; i < v.size && !failed; i++) {
    if (i > 0) putText(sharp ? ', ' : ' ');
    elementOf(v, i, item);
    printValue(item, verb, depth + 1);
  }
  putByte(sharp ? 0x7d : 0x5d);
}

function printMap(v: Value, verb: u32, depth: u32): void {
  const table = tableOf(v);
  const item = newValue();
  const sharp = flags.sharpV;
  putText(sharp ? typeName(v) : 'map[');
  if (sharp) {
    if (v.bits == 0) return putText('(nil)');
    putByte(0x7b);
  }
  const any = v.type == Type.map || v.type == Type.structuredData;
  for (let i: u32 = 0; i < table.count && !failed; i++) {
    if (i > 0) putText(sharp ? ', ' : ' ');
    const pair = pairAt(table, i);
    if (!formatText(pair.keyAt, pair.keySize, verb)) {
      setText(item, pair.keyAt, pair.keySize);
      badVerb(item, verb);
    }
    putByte(0x3a);
    copyValue(item, pairValue(table, i));
    if (any) item.wrap = Wrap.any;
    printValue(item, verb, depth + 1);
  }
  putByte(sharp ? 0x7d : 0x5d);
}

let first: bool = false;

function field(name: string, v: Value, verb: u32, depth: u32): void {
  if (!first) putText(flags.sharpV ? ', ' : ' ');
  first = false;
  if (flags.sharpV || flags.plusV) putText(name + ':');
  printValue(v, verb, depth + 1);
}

function printRecord(verb: u32, depth: u32): void {
  putText(flags.sharpV ? 'opencdc.Record{' : '{');
  const value = newValue();
  first = true;
  setPosition(value);
  field('Position', value, verb, depth);
  setOperation(value);
  field('Operation', value, verb, depth);
  field('Metadata', METADATA_VALUE, verb, depth);
  field('Key', KEY_VALUE, verb, depth);
  first = false;
  putText(flags.sharpV ? ', ' : ' ');
  if (flags.sharpV || flags.plusV) putText('Payload:');
  printChange(verb, depth + 1);
  putText(flags.sharpV ? ', ' : ' ');
  if (flags.sharpV || flags.plusV) putText('serializer:');
  putText(flags.sharpV ? 'opencdc.RecordSerializer(nil)}' : '<nil>}');
}

function printChange(verb: u32, depth: u32): void {
  putText(flags.sharpV ? 'opencdc.Change{' : '{');
  first = true;
  field('Before', BEFORE_VALUE, verb, depth);
  first = false;
  field('After', AFTER_VALUE, verb, depth);
  putByte(0x7d);
}
