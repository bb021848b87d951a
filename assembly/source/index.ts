// conduit:connector/source
import { nowMs } from '../abi/clock';
import { ConnectorError, ErrorKind, SourceReadResult } from '../abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../abi/exports';
import { Consumer, ConsumerOptions, PartitionOffset } from '../abi/kafka';
import { prefixed } from '../abi/result';
import * as reader from '../bytes/reader';
import { configureSource, sourceSettings } from '../settings/source';
import { liftConfig } from '../abi/config';
import { useForm } from '../opencdc/record-writer';
import { Position } from '../opencdc/position';
import { parsePosition } from '../opencdc/position-reader';
import { resetTracker } from './ack-tracker';
import { useDecoded } from '../opencdc/record-writer';
import * as batches from './batch';
import { commitAfterAck, commitAll, commitAtOnce, commitWhenDue, resetCommits } from './commits';
import { closeFinder, foundTopics, lookForTopics, openFinder } from './found-topics';
import { resolveGroup } from './group';
import { acknowledgeAll, resetPartitions } from './partitions';

let consumer: Consumer | null = null;
let group: string = '';
let stopped: bool = false;

function refuse(kind: u8, text: string): usize {
  return returnResult(new ConnectorError(kind, text));
}


@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(configureSource(liftConfig(ptr, count)));
}


@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  const settings = sourceSettings;
  if (settings === null) return refuse(ErrorKind.other, 'the source is not configured');
  if (consumer !== null) return refuse(ErrorKind.other, 'the source is open already');
  let position: Position | null = null;
  if (hasResume) {
    const parsed = parsePosition(ptr, length);
    if (parsed.error != '') return refuse(ErrorKind.invalidPosition, parsed.error);
    position = parsed.value;
  }
  const resolved = resolveGroup(position, settings.group);
  if (resolved.error != '') return refuse(ErrorKind.invalidPosition, resolved.error);
  const pattern = settings.topicPattern;
  if (pattern !== null) {
    const failed = openFinder(settings.connection, pattern, nowMs());
    if (failed !== null) return unopened(failed);
  }
  const topics = pattern === null ? settings.topics : foundTopics();
  const resume = new Array<PartitionOffset>();
  // A topic that is no longer configured is not resumed.
  if (position !== null && position.offset >= 0 && position.partition >= 0 && topics.includes(position.topic)) {
    resume.push(new PartitionOffset(position.topic, position.partition, position.offset + 1));
  }
  const options = new ConsumerOptions(
    topics,
    resolved.group,
    // A topic that was made while the source was away has no committed offset. All others have one from the first start on.
    settings.readFromBeginning || (pattern !== null && position !== null),
    resume,
    settings.start,
    settings.membership,
    settings.fetching,
    settings.decoding,
  );
  const opened = Consumer.open(settings.connection, options);
  if (opened.error !== null) return unopened(opened.error!);
  reset();
  useForm(settings.form);
  consumer = opened.value;
  const decoding = settings.decoding;
  useDecoded(decoding !== null && decoding.hasKey, decoding !== null && decoding.hasValue);
  group = resolved.group;
  stopped = false;
  resetCommits(settings.commitOffsetsSize, settings.commitOffsetsDelayMs, nowMs());
  return returnResult(null);
}

function unopened(error: ConnectorError): usize {
  closeFinder();
  return returnResult(error);
}

function reset(): void {
  batches.resetBatches();
  resetPartitions();
  resetTracker();
}


@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  const c = consumer;
  if (c === null) return refuse(ErrorKind.other, 'the source is not open');
  const now = nowMs();
  const failed = commitWhenDue(c, now);
  if (failed !== null) return returnResult(failed);
  if (maxRecords == 0 || maxBytes == 0 || stopped) return nothing();
  const unfound = lookForTopics(c, now);
  if (unfound !== null) return returnResult(prefixed('failed looking for new topics: ', unfound));
  if (!batches.hasWaiting()) {
    const fetched = c.poll(maxRecords, batches.fetchBytes(maxBytes), maxWaitMs);
    const error = fetched.error;
    if (error !== null) return returnResult(prefixed('failed getting a record: ', error));
    const ends = batches.add(group, fetched.value!);
    if (ends || batches.hasWaiting()) commitAtOnce(ends);
    if (ends) {
      const uncommitted = commitWhenDue(c, nowMs());
      if (uncommitted !== null) return returnResult(uncommitted);
    }
    if (!batches.hasWaiting()) return nothing();
  }
  // The time is read again after the poll, which may have waited: opencdc.readAt is the time at which a record was read.
  const unreadable = batches.mapBatch(maxRecords, maxBytes, <u64>nowMs());
  if (unreadable !== null) return returnResult(prefixed('failed getting a record: ', unreadable));
  const result = changetype<SourceReadResult>(RETURN_AREA);
  result.isError = false;
  result.hasOk = true;
  result.ok.data.set(batches.dataAt, batches.dataSize);
  result.ok.count = batches.count;
  result.ok.lastPosition.set(batches.lastPositionAt, batches.lastPositionSize);
  return RETURN_AREA;
}

function nothing(): usize {
  const result = changetype<SourceReadResult>(RETURN_AREA);
  result.isError = false;
  result.hasOk = false;
  return RETURN_AREA;
}


@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  const c = consumer;
  if (c === null) return refuse(ErrorKind.other, 'the source is not open');
  const unknown = acknowledgeAll(ptr, length);
  const broken = reader.broken;
  const failed = commitAfterAck(c, nowMs());
  if (broken) return refuse(ErrorKind.rejected, 'ack not possible: the request is not a connector.v2.Source.Run.Request');
  if (unknown !== null) return refuse(ErrorKind.invalidPosition, 'ack not possible: no record waits for it at position "' + unknown + '"');
  return returnResult(failed);
}


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  stopped = true;
  batches.resetBatches();
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  const c = consumer;
  if (c === null) return returnResult(null);
  consumer = null;
  const uncommitted = commitAll(c);
  const unclosed = Consumer.close(c);
  closeFinder();
  reset();
  if (uncommitted !== null) return returnResult(prefixed('failed closing Kafka consumer: failed to commit records: ', uncommitted));
  if (unclosed !== null) return returnResult(prefixed('failed closing Kafka consumer: ', unclosed));
  return returnResult(null);
}
