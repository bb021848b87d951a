// The topics of a source that chooses them by a regular expression.
import { ConnectorError } from '../abi/connector';
import { Connection, Consumer, ConsumerOptions, TopicView } from '../abi/kafka';
import { ListSlot } from '../abi/slots';
import { Level, log } from '../abi/log';
import { MAX_TOPIC_LENGTH } from '../kafka/topic-name';
import { TopicPattern } from '../settings/topic-pattern';
import { commitAll } from './commits';

/** A consumer that only lists topics; null if the topics are given by name. */
let finder: Consumer | null = null;
let pattern: TopicPattern | null = null;
let names: string[] = [];
let known: Set<string> = new Set();
let nextLookMs: i64 = 0;

/** The name of a topic in ASCII, which Kafka's names are. */
const NAME: usize = memory.data(MAX_TOPIC_LENGTH);

/** The topics that were found so far. */
export function foundTopics(): string[] {
  return names;
}

/** Finds the topics that match. Returns an error if they cannot be listed. */
export function openFinder(connection: Connection, topics: TopicPattern, nowMs: i64): ConnectorError | null {
  const opened = Consumer.open(connection, new ConsumerOptions());
  if (opened.error !== null) return opened.error;
  finder = opened.value;
  pattern = topics;
  names = [];
  known = new Set();
  nextLookMs = nowMs + topics.refreshMs;
  const listed = finder!.listTopics();
  if (listed.error !== null) return listed.error;
  addMatching(listed.value!);
  log(names.length == 0 ? Level.warn : Level.info, 'topics that match topicsRegex', ['topics', names.join(',')]);
  return null;
}

/** Looks for new topics if it is time to, and adds them to those that the consumer reads. */
export function lookForTopics(consumer: Consumer, nowMs: i64): ConnectorError | null {
  const f = finder;
  if (f === null || nowMs < nextLookMs) return null;
  nextLookMs = nowMs + pattern!.refreshMs;
  const listed = f.listTopics();
  // The host has listed them before, so that an error is none of the brokers.
  if (listed.error !== null) return listed.error;
  const before = names.length;
  addMatching(listed.value!);
  if (names.length == before) return null;
  const added = names.slice(before);
  log(Level.info, 'new topics match topicsRegex', ['topics', added.join(',')]);
  // The consumer joins its group again, and what is not committed is read again.
  const uncommitted = commitAll(consumer);
  if (uncommitted !== null) log(Level.debug, 'offsets are not committed before new topics are read', ['error', uncommitted.text]);
  return consumer.subscribe(added);
}

/** Lifts only the names that match and are new: a cluster can have many topics. */
function addMatching(topics: ListSlot<TopicView>): void {
  for (let i: u32 = 0; i < topics.length; i++) {
    const slot = topics.at(i).name;
    if (slot.length > <u32>MAX_TOPIC_LENGTH) continue;
    for (let c: u32 = 0; c < slot.length; c++) store<u8>(NAME + c, <u8>load<u16>(<usize>slot.ptr + ((<usize>c) << 1)));
    if (!pattern!.matches(NAME, slot.length)) continue;
    const name = slot.lift();
    if (known.has(name)) continue;
    known.add(name);
    names.push(name);
  }
}

export function closeFinder(): void {
  const f = finder;
  finder = null;
  if (f !== null) Consumer.close(f);
}
