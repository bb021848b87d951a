// Fetched record sets -> one connector.v2.Source.Run.Response, within the host's credit.
import { arenaAlloc } from '../abi/arena';
import { ConnectorError, ErrorKind } from '../abi/connector';
import { FetchedView } from '../abi/kafka';
import { ListSlot } from '../abi/slots';
import * as output from '../bytes/output';
import { reset as resetScratch } from '../bytes/scratch';
import * as record from '../kafka/record-set-reader';
import * as writer from '../opencdc/record-writer';
import { delivered } from './ack-tracker';
import { FetchedSet } from './fetched';
import { partitionOf } from './partitions';

// One record and what it becomes must fit into the instance's memory (256 MiB) together. Brokers take requests of 100 MiB by default.
const MAX_RECORD_BYTES: usize = 100 << 20;

let waiting: FetchedSet[] = [];

/** Of the last batch: its bytes, records, and where its last position is. */
export let dataAt: usize = 0;
export let dataSize: usize = 0;
export let count: u32 = 0;
export let lastPositionAt: usize = 0;
export let lastPositionSize: u32 = 0;

let bytesIn: usize = 0;
// Bytes out for each byte in, of the last batch: positions and metadata weigh more than small values.
let growth: f64 = 2;
/** A record that cannot be read: what came after it is given up, and every read says so until the source is opened anew. */
let refusal: ConnectorError | null = null;

export function resetBatches(): void {
  for (let i = 0; i < waiting.length; i++) waiting[i].release();
  waiting = [];
  refusal = null;
}

/** Records wait that a batch can take without a new fetch, or an error. */
export function hasWaiting(): bool {
  return waiting.length != 0 || refusal !== null;
}

/** Bytes to fetch for a batch of `maxBytes`. */
export function fetchBytes(maxBytes: u32): u32 {
  return <u32>max<f64>(1, Math.floor(<f64>maxBytes / growth));
}

export function add(group: string, fetched: ListSlot<FetchedView>): void {
  for (let i: u32 = 0; i < fetched.length; i++) {
    const view = fetched.at(i);
    if (view.records.count != 0) waiting.push(new FetchedSet(partitionOf(group, view.topic.lift(), view.partition), view));
  }
}

/**
 * Maps as much as fits, one record at least; what does not fit waits. An error: the next record cannot be read. What is good before it
 * goes out first.
 */
export function mapBatch(maxRecords: u32, maxBytes: u32, nowMs: u64): ConnectorError | null {
  count = 0;
  bytesIn = 0;
  let expected: usize = 4096;
  for (let i = 0; i < waiting.length; i++) expected += waiting[i].size + <usize>waiting[i].left * 200;
  let w = output.open(min<usize>(expected, <usize>maxBytes + 4096));
  let lastPosition: usize = 0;
  let done = 0;
  if (refusal !== null) return refusal;
  while (done < waiting.length && count < maxRecords) {
    const set = waiting[done];
    const partition = set.partition;
    const topic = partition.topicUtf8;
    const shared = arenaAlloc(writer.sharedBound(topic.byteLength), 8);
    const sharedEnd = writer.writeShared(shared, changetype<usize>(topic), topic.byteLength, nowMs);
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
      if (size == 0 || size > MAX_RECORD_BYTES) {
        refusal = refuse(set, size);
        break;
      }
      const used = w - output.base;
      if (used + size > maxBytes && count + taken != 0) break;
      w = output.reserve(w, size);
      w = writer.writeRecord(w);
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
  const gone = waiting.splice(0, done);
  for (let i = 0; i < gone.length; i++) gone[i].release();
  for (let i = 0; i < waiting.length; i++) waiting[i].keep();
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
  if (size == 0) return new ConnectorError(ErrorKind.rejected, 'a record set of ' + where + ' is corrupt');
  const text = 'the record at offset ' + record.offset.toString() + ' of ' + where + ' takes ' + size.toString() + ' bytes, the limit is ';
  return new ConnectorError(ErrorKind.limitExceeded, text + MAX_RECORD_BYTES.toString() + ', which no setting raises');
}
