// Reads positions in every form that the official connector ever wrote.
import { isUtf8 } from '../bytes/utf8';
import { Position, PositionResult } from './position';
import { parsePositionJson } from './position-json';

const MAX_GROUP: usize = 249;
const MAX_QUOTED = 100;
/** Longest position. Group, topic and numbers take only a small part of it. */
const MAX_POSITION: usize = 64 << 10;

/**
 * Reads a position:
 * - none: no bytes, blanks, or `null`;
 * - `{"GroupID":"g","Topic":"t","Partition":0,"Offset":42}`, with the keys in any order and letter case (v0.1.1 to v0.6 wrote lower case).
 *   Bytes that start with `{` must be one JSON object; unknown keys are ignored, as in Go;
 * - the bare consumer group id of the first releases (they wrote a UUID): 1 to 249 letters, digits, dots, dashes and underscores.
 *   All other bytes are refused, so that a damaged position never silently starts a new group.
 */
export function parsePosition(at: usize, size: usize): PositionResult {
  let end = at + size;
  let begin = at;
  while (begin < end && isBlank(load<u8>(begin))) begin++;
  while (end > begin && isBlank(load<u8>(end - 1))) end--;
  const length = end - begin;
  if (length == 0) return new PositionResult(null);
  if (length > MAX_POSITION) return invalid('it has ' + length.toString() + ' bytes, the limit is ' + MAX_POSITION.toString());
  if (!isUtf8(begin, length)) return invalid('it is not UTF-8 text');
  const text = String.UTF8.decodeUnsafe(begin, length);
  if (text == 'null') return new PositionResult(null);
  if (load<u8>(begin) == 0x7b) {
    const parsed = parsePositionJson(text);
    if (parsed.error != '') return invalid(parsed.error + ' in ' + quoted(text));
    if (parsed.value!.offset == i64.MAX_VALUE) return invalid('no offset follows that of ' + quoted(text));
    return parsed;
  }
  if (!isGroupId(begin, length))
    return invalid('expected {"GroupID":...,"Topic":...,"Partition":...,"Offset":...} or a consumer group id, got ' + quoted(text));
  const position = new Position();
  position.group = text;
  return new PositionResult(position);
}

function invalid(why: string): PositionResult {
  return new PositionResult(null, 'invalid position: ' + why);
}

function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

function isGroupId(at: usize, size: usize): bool {
  if (size > MAX_GROUP) return false;
  for (let i: usize = 0; i < size; i++) {
    const c = load<u8>(at + i);
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    const digit = c >= 0x30 && c <= 0x39;
    if (!letter && !digit && c != 0x2d && c != 0x2e && c != 0x5f) return false;
  }
  return true;
}

function quoted(text: string): string {
  return '"' + (text.length > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + '...' : text) + '"';
}
