// Maps fetched record sets to one connector.v2.Source.Run.Response, within the host's credit.
import { arenaAlloc, arenaLeft } from '../abi/arena';
import { READ_RECORD_BYTES } from '../abi/budget';
import { ConnectorError, ErrorKind } from '../abi/connector';
import { FetchedView } from '../abi/kafka';
import { ListSlot } from '../abi/slots';
import * as output from '../bytes/output';
import { exhausted, reset as resetScratch } from '../bytes/scratch';
import * as record from '../kafka/record-set-reader';
import * as writer from '../opencdc/record-writer';
import { delivered } from './ack-tracker';
import { FetchedSet, keepFetched, releaseFetched } from './fetched';
import { partitionOf } from './partitions';

/** The fields that all records of a partition share. They are not in the arena, so that the output is the last block there and can grow. */
const SHARED_SIZE: usize = 1024;
const SHARED: usize = memory.data(1024, 8);

const fields = new writer.SharedFields();

let waiting: FetchedSet[] = [];

/** The last batch: its bytes, the number of its records, and the address of its last position. */
export let dataAt: usize = 0;
export let dataSize: usize = 0;
export let count: u32 = 0;
export let lastPositionAt: usize = 0;
export let lastPositionSize: u32 = 0;

let bytesIn: usize = 0;
// Bytes of the last batch for each byte that was fetched for it. Positions and metadata can be larger than the values.
let growth: f64 = 2;
/** The error for a record that cannot be read. The records after it are dropped, and every read returns it until the source is opened again. */
let refusal: ConnectorError | null = null;

export function resetBatches(): void {
  waiting = [];
  refusal = null;
  releaseFetched();
}

/** True if fetched records, or an error, wait for the next batch. */
export function hasWaiting(): bool {
  return waiting.length != 0 || refusal !== null;
}

/** Bytes to fetch for a batch of `maxBytes`. */
export function fetchBytes(maxBytes: u32): u32 {
  return <u32>max<f64>(1, Math.floor(<f64>maxBytes / growth));
}

/** Returns true if a set has no records: its partition is about to be taken away. */
export function add(group: string, fetched: ListSlot<FetchedView>): bool {
  let ends = false;
  for (let i: u32 = 0; i < fetched.length; i++) {
    const view = fetched.at(i);
    if (view.records.count == 0) ends = true;
    else waiting.push(new FetchedSet(partitionOf(group, view.topic.lift(), view.partition), view));
  }
  return ends;
}

/**
 * Maps as many records as fit into the credit, at least one; the others wait for the next batch. Returns an error if the next record cannot be
 * read; the readable records before it are returned first.
 */
export function mapBatch(maxRecords: u32, maxBytes: u32, nowMs: u64): ConnectorError | null {
  count = 0;
  bytesIn = 0;
  let expected: u64 = 4096;
  for (let i = 0; i < waiting.length; i++) expected += <u64>waiting[i].size + <u64>waiting[i].left * 200;
  let w = output.open(min<u64>(expected, <u64>maxBytes + 4096));
  let lastPosition: usize = 0;
  let done = 0;
  if (refusal !== null) return refusal;
  while (done < waiting.length && count < maxRecords) {
    const set = waiting[done];
    const partition = set.partition;
    const topic = partition.topicUtf8;
    const sharedSize = writer.sharedBound(topic.byteLength);
    const shared = sharedSize <= SHARED_SIZE ? SHARED : arenaAlloc(sharedSize, 8);
    fields.topicAt = changetype<usize>(topic);
    fields.topicSize = topic.byteLength;
    fields.partition = partition.partition;
    fields.logAppendTime = set.logAppendTime;
    fields.leaderEpoch = set.leaderEpoch;
    const sharedEnd = writer.writeShared(shared, fields, nowMs);
    writer.openRecords(partition.prefix.at, partition.prefix.size, shared, <u32>(sharedEnd - shared));
    record.openRecordSet(set.at, set.size, set.baseOffset, set.baseTimestamp, set.logAppendTime);
    const begin = set.at;
    const most = min(set.left, maxRecords - count);
    let from = begin;
    let taken: u32 = 0;
    let first: i64 = 0;
    let next: i64 = -1;
    while (taken < most) {
      const size = record.nextRecord() && record.offset >= 0 ? writer.measureRecord() : 0;
      const used = w - output.base;
      if (used + size > maxBytes && count + taken != 0 && size != 0) break;
      const readable = size != 0 && size <= READ_RECORD_BYTES;
      const to = readable ? output.reserve(w, size) : 0;
      if (to == 0) {
        // Without the records before it there may be room for this one: it is tried again as the first of the next batch.
        const lacksRoom = (readable || exhausted) && count + taken != 0;
        if (!lacksRoom) refusal = refuse(set, size);
        break;
      }
      w = writer.writeRecord(to);
      lastPosition = writer.positionAt - output.base;
      lastPositionSize = writer.positionSize;
      from = record.position();
      taken++;
      if (record.offset != next) {
        if (next >= 0) delivered(partition, set.epoch, first, next - 1);
        first = record.offset;
      }
      next = record.offset + 1;
    }
    if (next >= 0) delivered(partition, set.epoch, first, next - 1);
    count += taken;
    bytesIn += from - begin;
    set.advance(from, taken);
    if (set.left != 0) break;
    done++;
  }
  if (refusal !== null) done = waiting.length;
  waiting.splice(0, done);
  if (waiting.length == 0) releaseFetched();
  else keepFetched(waiting);
  resetScratch();
  if (count == 0) return refusal;
  dataAt = output.base;
  dataSize = w - dataAt;
  lastPositionAt = dataAt + lastPosition;
  if (bytesIn != 0) growth = min<f64>(16, max<f64>(1, <f64>dataSize / <f64>bytesIn));
  return null;
}

function refuse(set: FetchedSet, size: usize): ConnectorError {
  const where = 'topic-partition ' + set.partition.topic + '-' + set.partition.partition.toString();
  if (exhausted) {
    const many = 'the headers of the record at offset ' + record.offset.toString() + ' of ' + where + ' do not fit into the ';
    return new ConnectorError(ErrorKind.limitExceeded, many + arenaLeft().toString() + ' bytes of memory that are left');
  }
  if (size == 0) return new ConnectorError(ErrorKind.rejected, 'a record set of ' + where + ' is corrupt');
  const text = 'the record at offset ' + record.offset.toString() + ' of ' + where + ' takes ' + size.toString() + ' bytes, the limit is ';
  const limit = size > READ_RECORD_BYTES ? READ_RECORD_BYTES : arenaLeft();
  return new ConnectorError(ErrorKind.limitExceeded, text + limit.toString() + ', which no setting raises');
}
