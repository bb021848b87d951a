// sprig's JSON, as encoding/json reads and writes it.
import { parseJson, problemAt } from '../values/json-reader';
import { putJson } from '../values/json-writer';
import { fail } from '../values/limits';
import { close, open } from '../values/text';
import { Value, setNone } from '../values/value';
import { argumentAt, resultAt } from './call';
import { register } from './table';

export function registerJson(): void {
  register('fromJson', 's', fromJson);
  register('mustFromJson', 's', mustFromJson);
  register('toJson', 'a', toJson);
  register('mustToJson', 'a', toJson);
  register('toRawJson', 'a', toRawJson);
  register('mustToRawJson', 'a', toRawJson);
  register('toPrettyJson', 'a', toPrettyJson);
  register('mustToPrettyJson', 'a', toPrettyJson);
}

function fromJson(argv: usize, count: u32, out: usize): void {
  if (!parseJson(argumentAt(argv, 0), resultAt(out))) setNone(resultAt(out));
}

function mustFromJson(argv: usize, count: u32, out: usize): void {
  if (!parseJson(argumentAt(argv, 0), resultAt(out))) fail(problemAt);
}

function write(v: Value, out: usize, escapesHtml: bool, isPretty: bool): void {
  open();
  putJson(v, escapesHtml, isPretty);
  close(resultAt(out));
}

function toJson(argv: usize, count: u32, out: usize): void {
  write(argumentAt(argv, 0), out, true, false);
}

function toRawJson(argv: usize, count: u32, out: usize): void {
  write(argumentAt(argv, 0), out, false, false);
}

function toPrettyJson(argv: usize, count: u32, out: usize): void {
  write(argumentAt(argv, 0), out, true, true);
}
