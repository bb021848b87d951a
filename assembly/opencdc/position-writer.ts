// Writes positions as the official connector v0.12.5 writes them.
import { writeJsonString } from '../json/string';

const NAMES: string[] = ['{"GroupID":', ',"Topic":', ',"Partition":', ',"Offset":'];

/**
 * The text with which all positions of one partition begin, in memory of its own. A position is this prefix, the offset in decimal, and a closing
 * brace.
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
