import type { PrintedRecord } from './printed-record.ts';
import { shown, shownHeader, timeText } from './shown.ts';

/** One line for a person, with tabs between topic, partition, offset, time, key and value, and then the headers if there are any. */
export function textLine({ topic, partition, offset, timestampMs, key, value, headers }: PrintedRecord): string {
  const fields = [
    topic === null ? '-' : shown(topic),
    partition ?? '-',
    offset ?? '-',
    timestampMs === null ? '-' : timeText(timestampMs),
    shown(key),
    shown(value),
    ...headers.map(shownHeader),
  ];
  return `${fields.join('\t')}\n`;
}
