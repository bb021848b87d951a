/** The options of `source` that say which part of a topic is read. With any of them it joins no consumer group. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Place } from '../../kafka/consume/reading-range.ts';
import type { AskedRange } from '../commands/groupless-reading.ts';
import { agoMs, positiveCount } from '../settings/duration.ts';

type End = NonNullable<AskedRange['until']>;

/** What commander parsed; each may be missing. */
export interface RangeOptions {
  from?: Place;
  last?: number;
  until?: End;
  partition?: number[];
}

const PLACES =
  'earliest, latest, an offset, -N for N offsets before the end, a time (2026-11-25 or 2026-11-25T10:00:00Z), or a duration ago (10m)';
const ENDS = 'an offset, a time (2026-11-25 or 2026-11-25T10:00:00Z), or a duration ago (10m)';
/** Kafka numbers partitions with 32 bits, offsets with 64. */
const MAX_PARTITION = 2 ** 31 - 1;
const MAX_OFFSET = 2n ** 63n - 1n;

export function withRange(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--from <place>',
        'begin at: earliest, latest, an offset, -N (N offsets before the end), a time, or a duration ago (10m)',
      ).argParser(fromPlace),
    )
    .addOption(
      new Option('--last <count>', 'begin so many offsets before the end of each partition').argParser(positiveCount).conflicts('from'),
    )
    .addOption(new Option('--until <place>', 'end before: an offset, a time, or a duration ago').argParser(untilPlace).conflicts('follow'))
    .addOption(new Option('--partition <numbers>', 'read these partitions only, such as 0 or 0,2').argParser(partitionNumbers));
}

/** The value of `--from`. */
export function fromPlace(text: string): Place {
  if (text === 'earliest' || text === 'latest') return { at: text };
  if (/^-[1-9]\d*$/.test(text)) return { at: 'before-end', offsets: offset(text.slice(1)) };
  return endPlace(text, PLACES);
}

/** The value of `--until`. */
export function untilPlace(text: string): End {
  return endPlace(text, ENDS);
}

/** The value of `--partition`: `0` or `0,2`. */
export function partitionNumbers(text: string): number[] {
  const numbers = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  if (!numbers.every((number) => number <= MAX_PARTITION))
    throw new InvalidArgumentError('expected numbers of partitions, such as 0 or 0,2.');
  return [...new Set(numbers)];
}

/** The range that the options ask for; undefined if they ask for none. */
export function rangeOf({ from, last, until, partition }: RangeOptions): AskedRange | undefined {
  if (from === undefined && last === undefined && until === undefined && partition === undefined) return undefined;
  const begin: Place | undefined = last === undefined ? from : { at: 'before-end', offsets: BigInt(last) };
  return { ...(begin && { from: begin }), ...(until && { until }), ...(partition && { partitions: partition }) };
}

function endPlace(text: string, expected: string): End {
  if (/^\d+$/.test(text)) return { at: 'offset', offset: offset(text) };
  const ago = agoMs(text);
  const timestampMs = ago === null ? timeOf(text, expected) : Math.round(Date.now() - ago);
  if (timestampMs > Date.now()) throw new InvalidArgumentError('it lies in the future, from which there are no records.');
  return { at: 'time', timestampMs };
}

function offset(digits: string): bigint {
  const value = BigInt(digits);
  if (value > MAX_OFFSET) throw new InvalidArgumentError(`an offset is at most ${MAX_OFFSET}.`);
  return value;
}

/** Milliseconds of an RFC 3339 time; a date begins at midnight UTC. */
function timeOf(text: string, expected: string): number {
  const [, date, time, zone] = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([Zz]|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (date !== undefined && time !== undefined && zone === undefined)
    throw new InvalidArgumentError(`a time needs its zone, such as ${date}T${time}Z or ${date}T${time}+02:00.`);
  const midnight = Date.parse(`${date}T00:00Z`);
  // JavaScript takes the 31st of February for a day in March.
  const isDate = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date ?? '-');
  const timestampMs = time === undefined ? midnight : Date.parse(`${date}T${time}${zone?.toUpperCase()}`);
  if (!isDate || Number.isNaN(timestampMs)) throw new InvalidArgumentError(`expected ${expected}.`);
  return timestampMs;
}
