// Where partitions start that have neither a committed offset nor a position: startOffsets, startTimestamp. readFromBeginning is in consumer-group.ts.
import { PartitionOffset, Start } from '../abi/kafka';
import { isTopicName } from '../kafka/topic-name';
import { goQuote, parseInteger } from './go-values';
import { Parameter, text } from './parameter';
import { parseTimestamp } from './timestamp';
import { Values } from './values';

export function startParameters(): Parameter[] {
  return [
    text(
      'startTimestamp',
      '',
      'A partition that has neither a committed offset nor a position starts at its first record with this timestamp or a later one, or at its end if there is none. ' +
        'A time such as 2026-11-25T10:00:00Z, or milliseconds since 1970. Comes before readFromBeginning, has no effect afterwards: to read again, use another groupID. The Go connector has no such setting.',
    ),
    text(
      'startOffsets',
      '',
      'The offsets at which single partitions start that have neither a committed offset nor a position, as a comma separated list of topic:partition:offset, such as orders:0:1200,orders:1:0. ' +
        'Below the earliest offset, the partition starts there; an offset beyond the end is ignored, with an error in the log. Other partitions start as startTimestamp and readFromBeginning say. ' +
        'The Go connector has no such setting.',
    ),
  ];
}

/** Null: as readFromBeginning says. `topics` are those of the source; null if they are not known yet. */
export function parseStart(values: Values, topics: string[] | null): Start | null {
  const start = new Start();
  const offsets = values.text('startOffsets');
  if (offsets.length != 0) start.offsets = parseOffsets(values, offsets.split(','), topics);
  const timestamp = values.text('startTimestamp');
  if (timestamp.length != 0) {
    const parsed = parseTimestamp(timestamp);
    start.hasTimestamp = parsed.ok && parsed.value >= 0;
    start.timestamp = parsed.value;
    if (!start.hasTimestamp) {
      const expected = ', expected a time such as 2026-11-25T10:00:00Z, or milliseconds since 1970';
      values.refuse('startTimestamp', 'invalid startTimestamp: ' + goQuote(timestamp) + expected);
    }
  }
  return start.hasTimestamp || start.offsets.length != 0 ? start : null;
}

function parseOffsets(values: Values, list: string[], topics: string[] | null): PartitionOffset[] {
  const out: PartitionOffset[] = [];
  for (let i = 0; i < list.length; i++) {
    const element = list[i].trim();
    const parts = element.split(':');
    const partition = parts.length == 3 ? numberOf(parts[1]) : -1;
    const offset = parts.length == 3 ? numberOf(parts[2]) : -1;
    let problem = '';
    if (partition < 0 || partition > i32.MAX_VALUE || offset < 0 || !isTopicName(parts[0])) problem = 'expected topic:partition:offset';
    else if (topics !== null && !topics.includes(parts[0])) problem = 'the source does not read this topic';
    for (let j = 0; j < out.length && problem == ''; j++)
      if (out[j].topic == parts[0] && out[j].partition == partition) problem = 'the partition is there already';
    if (problem == '') out.push(new PartitionOffset(parts[0], <i32>partition, offset));
    else values.refuse('startOffsets', 'invalid startOffsets: ' + (i + 1).toString() + '. element ' + goQuote(element) + ': ' + problem);
  }
  return out;
}

/** -1 if it is no number. */
function numberOf(s: string): i64 {
  const parsed = parseInteger(s);
  return parsed.ok ? parsed.value : -1;
}
