// Positions: where a source goes on. Written as the official connector v0.12.5 writes them; read in every form that it ever wrote.
import { isUtf8 } from '../bytes/utf8';
import { writeJsonString } from '../json/string';
import { PositionParser } from './position-parser';

/** What a position says. `topic` is empty and `offset` -1 where it names a group only. */
export class Position {
  group: string = '';
  topic: string = '';
  partition: i32 = 0;
  offset: i64 = -1;
}

/** A position, or nothing (the connector starts anew), or why the bytes are no position. */
export class PositionResult {
  value: Position | null = null;
  error: string = '';
}

const MAX_GROUP: usize = 249;
const MAX_QUOTED = 100;

/**
 * Reads a position:
 * - none: no bytes, blanks, or `null`;
 * - `{"GroupID":"g","Topic":"t","Partition":0,"Offset":42}`, keys in any order and letter case (v0.1.1 to v0.6 wrote lower case);
 *   what starts with `{` must be a JSON object to its end, keys of others are ignored, as Go does;
 * - the bare consumer group id of the first releases (they wrote a UUID): 1 to 249 letters, digits, dots, dashes and underscores.
 *   Everything else is refused, so that a damaged position can never start a new group in silence.
 */
export function parsePosition(at: usize, size: usize): PositionResult {
  const result = new PositionResult();
  let end = at + size;
  let begin = at;
  while (begin < end && isBlank(load<u8>(begin))) begin++;
  while (end > begin && isBlank(load<u8>(end - 1))) end--;
  const length = end - begin;
  if (length == 0) return result;
  if (!isUtf8(begin, length)) {
    result.error = 'invalid position: it is not UTF-8 text';
    return result;
  }
  const text = String.UTF8.decodeUnsafe(begin, length);
  if (text == 'null') return result;
  if (load<u8>(begin) == 0x7b) {
    const parser = new PositionParser(text);
    const position = parser.parse();
    if (position === null) result.error = 'invalid position: ' + parser.error + ' in ' + quoted(text);
    else if (position.offset == i64.MAX_VALUE) result.error = 'invalid position: no offset follows that of ' + quoted(text);
    else result.value = position;
    return result;
  }
  if (!isGroupId(begin, length)) {
    result.error =
      'invalid position: expected {"GroupID":...,"Topic":...,"Partition":...,"Offset":...} or a consumer group id, got ' + quoted(text);
    return result;
  }
  const position = new Position();
  position.group = text;
  result.value = position;
  return result;
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

const NAMES: string[] = ['{"GroupID":', ',"Topic":', ',"Partition":', ',"Offset":'];

/**
 * What the positions of one partition have in common: everything up to the offset, in memory of its own. A position is this, the
 * offset in decimal, and a closing brace.
 */
export class PositionPrefix {
  readonly at: usize;
  readonly size: u32;

  constructor(group: string, topic: string, partition: i32) {
    const groupBytes = String.UTF8.encode(group);
    const topicBytes = String.UTF8.encode(topic);
    // An escape takes six bytes at most for each byte of the text.
    this.at = heap.alloc(6 * <usize>(groupBytes.byteLength + topicBytes.byteLength) + 80);
    let w = this.at;
    w = append(w, NAMES[0]);
    w = writeJsonString(w, changetype<usize>(groupBytes), groupBytes.byteLength);
    w = append(w, NAMES[1]);
    w = writeJsonString(w, changetype<usize>(topicBytes), topicBytes.byteLength);
    w = append(w, NAMES[2]);
    w = append(w, partition.toString());
    w = append(w, NAMES[3]);
    this.size = <u32>(w - this.at);
  }

  free(): void {
    heap.free(this.at);
  }
}

function append(at: usize, text: string): usize {
  return at + String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
}
