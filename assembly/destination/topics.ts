// Renders the topic of each record from the configured template and the record's metadata, and keeps the topics of one write.
import { arenaAlloc } from '../abi/arena';
import { copy, same } from '../bytes/memory';
import { MAX_TOPIC_LENGTH, isTopicName } from '../kafka/topic-name';
import { Template } from '../template/template';
import { render, renderedAt, renderedSize } from '../template/render';
import { TopicTemplate } from '../template/topic-template';
import { entry } from '../json/entries';
import { metadataCount } from '../opencdc/record-reader';

/** One topic of a write, or one partition of it that records name. Records of all topics but the first wait in the list of their topic, by their numbers. */
export class Topic {
  firstWaiting: i32 = -1;
  lastWaiting: i32 = -1;
  readonly name: string;
  /** The name in UTF-8, copied from the arena, which is released after each record. */
  private readonly utf8: ArrayBuffer;
  readonly at: usize;
  /** True if Kafka allows this name for a topic. */
  readonly valid: bool;

  constructor(
    at: usize,
    readonly size: u32,
    /** -1: the host chooses the partition. */
    readonly partition: i32,
  ) {
    const utf8 = new ArrayBuffer(size);
    memory.copy(changetype<usize>(utf8), at, size);
    this.utf8 = utf8;
    this.at = changetype<usize>(utf8);
    this.name = String.UTF8.decodeUnsafe(at, size);
    this.valid = isTopicName(this.name);
  }
}

/** Most topics of one write. They are bounded because each record's topic is searched among them. */
export const MAX_TOPICS = 10_000;
/** The result of `topicNumber` for a name that Kafka does not allow. */
export const INVALID = -1;
/** The result of `topicNumber` if the write has MAX_TOPICS topics already. */
export const TOO_MANY = -2;


@unmanaged
class Part {
  at: u32;
  size: u32;
  isKey: u32;
  emptyIfMissing: u32;
}
const PART_SIZE: usize = 16;

/** The template of the topic if it is more than parts. */
let template: Template | null = null;
let parts: usize = 0;
let partCount: u32 = 0;
let topics: Topic[] = [];
// The topic of the last record. Nearly always the next record has the same one.
let recent: i32 = -1;
let recentAt: usize = 0;
let recentSize: u32 = 0;
let recentPartition: i32 = -1;

/** True if Kafka allows the name of the first topic of this write. */
export let firstIsValid: bool = false;

/** The topic that `renderTopic` made. */
export let topicAt: usize = 0;
export let topicSize: u32 = 0;

/** Compiles the template for `renderTopic`. */
export function useTemplate(topic: TopicTemplate): void {
  template = topic.template;
  for (let i: u32 = 0; i < partCount; i++) heap.free(partAt(i).at);
  if (parts != 0) heap.free(parts);
  partCount = topic.parts.length;
  parts = heap.alloc(max<usize>(1, <usize>partCount * PART_SIZE));
  for (let i: u32 = 0; i < partCount; i++) {
    const part = partAt(i);
    const source = topic.parts[i];
    const text = String.UTF8.encode(source.text);
    part.at = <u32>heap.alloc(max(1, text.byteLength));
    part.size = text.byteLength;
    memory.copy(part.at, changetype<usize>(text), part.size);
    part.isKey = source.isKey ? 1 : 0;
    part.emptyIfMissing = source.emptyIfMissing ? 1 : 0;
  }
}


@inline
function partAt(i: u32): Part {
  return changetype<Part>(parts + <usize>i * PART_SIZE);
}

/** Forgets the topics of the write before. */
export function resetTopics(): void {
  topics = [];
  recent = -1;
}

export function topicCount(): i32 {
  return topics.length;
}

export function topic(i: i32): Topic {
  return topics[i];
}

/** The error of the template for the current record; empty if the topic is missing or empty. */
export let topicError: string = '';

/** Renders the topic of the current record. False: see `topicError`; the record lacks a metadata key of the template, or the topic is empty. */
export function renderTopic(): bool {
  const whole = template;
  if (whole !== null) {
    topicError = render(whole);
    topicAt = renderedAt;
    topicSize = renderedSize;
    return topicError == '' && topicSize != 0;
  }
  if (partCount == 1) return renderPart(partAt(0)) && topicSize != 0;
  let size: u32 = 0;
  let at: usize = 0;
  for (let i: u32 = 0; i < partCount; i++) {
    if (!renderPart(partAt(i))) return false;
    size += topicSize;
    if (size > <u32>MAX_TOPIC_LENGTH) continue; // the name is invalid already, so the text is not needed
    const joined = arenaAlloc(size, 1);
    copy(copy(joined, at, size - topicSize), topicAt, topicSize);
    at = joined;
  }
  topicAt = at;
  topicSize = size;
  return size != 0;
}

function renderPart(part: Part): bool {
  topicAt = part.at;
  topicSize = part.size;
  if (part.isKey == 0) return true;
  // The search runs backwards, because of equal keys the last one counts.
  for (let i = metadataCount; i > 0; i--) {
    const e = entry(0, i - 1);
    if (e.keySize != part.size || !same(e.keyAt, part.at, part.size)) continue;
    topicAt = e.valueAt;
    topicSize = e.valueSize;
    return true;
  }
  topicSize = 0;
  return part.emptyIfMissing != 0;
}

/** The number of the topic that `renderTopic` made, for a partition or -1; or INVALID or TOO_MANY. */
export function topicNumber(partition: i32): i32 {
  if (recent >= 0 && topicSize == recentSize && partition == recentPartition && same(topicAt, recentAt, topicSize)) return recent;
  recent = -1;
  for (let i = 0; i < topics.length && recent < 0; i++) {
    const t = topics[i];
    if (t.size == topicSize && t.partition == partition && same(t.at, topicAt, topicSize)) recent = i;
  }
  if (recent < 0) {
    if (topicSize > <u32>MAX_TOPIC_LENGTH) return INVALID;
    if (topics.length == MAX_TOPICS) return TOO_MANY;
    recent = topics.length;
    topics.push(new Topic(topicAt, topicSize, partition));
    if (recent == 0) firstIsValid = topics[0].valid;
  }
  recentAt = topics[recent].at;
  recentSize = topicSize;
  recentPartition = partition;
  return recent;
}
