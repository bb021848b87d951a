import { arenaAlloc } from '../../../../assembly/abi/arena';
import { ConnectorError, ErrorKind, SourceReadResult } from '../../../../assembly/abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../../assembly/abi/exports';
import { Consumer, ConsumerOptions, PartitionCommit, PartitionOffset } from '../../../../assembly/abi/kafka';
import { Level, log } from '../../../../assembly/abi/log';
import { at, behaviour, configure, connection, misbehave } from './behaviour';

let consumer: Consumer | null = null;
let epoch: u32 = 0;
let acked: i64 = -1;
let reads = 0;


@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(configure(ptr, count));
}


@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  misbehave('open');
  const resume: PartitionOffset[] = [];
  if (hasResume) resume.push(new PartitionOffset('t', 0, I64.parseInt(String.UTF8.decodeUnsafe(ptr, length)) + 1));
  const opened = Consumer.open(connection, new ConsumerOptions(['t'], 'g', true, resume));
  consumer = opened.value;
  return returnResult(opened.error);
}

// One record is `offset` as text in the field position of opencdc.v1.Record, and its payload the size that the set's bytes give it.
@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  const c = consumer;
  if (c === null) return returnResult(new ConnectorError(ErrorKind.other, 'not open'));
  reads++;
  misbehave('read');
  const result = changetype<SourceReadResult>(RETURN_AREA);
  result.isError = false;
  result.hasOk = false;
  if (maxRecords == 0) {
    log(Level.debug, 'zero credit');
    if (behaviour != 'ignore zero credit') return RETURN_AREA;
    maxRecords = maxBytes = 1;
  }
  const polled = c.poll(maxRecords, maxBytes, maxWaitMs);
  const failed = polled.error;
  if (failed !== null) {
    if (behaviour == 'own words') return returnResult(new ConnectorError(failed.kind, 'in other words', failed.code));
    if (behaviour == 'no code') return returnResult(new ConnectorError(failed.kind, failed.text));
    if (behaviour == 'own code') return returnResult(new ConnectorError(failed.kind, failed.text, 'environment'));
    return returnResult(failed);
  }
  const fetched = polled.value!;
  if (behaviour == 'trap after poll') unreachable();
  if (behaviour == 'busy after poll') {
    while (true) c.poll(1, 1, 10);
  }
  let count: u32 = 0,
    first: i64 = 0;
  for (let i: u32 = 0; i < fetched.length; i++) {
    const f = fetched.at(i);
    epoch = f.epoch;
    if (count == 0) first = f.records.baseOffset;
    count += f.records.count;
  }
  if (count == 0) return RETURN_AREA;
  let announced = count;
  if (behaviour == 'too many') announced = count = maxRecords + 3;
  if (behaviour == 'wrong count') announced = count - 1;
  const data = arenaAlloc(<usize>count * 32, 1);
  let w = data,
    position = '';
  for (let i: u32 = 0; i < count; i++) {
    position = (first + i).toString();
    const n = position.length;
    store<u8>(w++, 0x0a);
    store<u8>(w++, <u8>(n + 2));
    store<u8>(w++, 0x0a);
    store<u8>(w++, <u8>n);
    w += String.UTF8.encodeUnsafe(changetype<usize>(position), n, w);
  }
  if (behaviour == 'garbage') memory.fill(data, 0xff, w - data);
  result.hasOk = true;
  result.ok.data.set(data, behaviour == 'no data' ? 0 : w - data);
  result.ok.count = behaviour == 'no records' ? 0 : announced;
  result.ok.lastPosition.lowerUtf8(behaviour == 'empty position' ? '' : behaviour == 'other position' ? 'nowhere' : position);
  if (behaviour == 'trap at second read' && reads == 2) unreachable();
  return RETURN_AREA;
}


@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  misbehave('ack');
  const c = consumer;
  if (c === null) return returnResult(new ConnectorError(ErrorKind.other, 'not open'));
  let n = 0;
  for (let p = ptr; p < ptr + length;) {
    const size = <usize>load<u8>(p + 1);
    acked = I64.parseInt(String.UTF8.decodeUnsafe(p + 2, size));
    p += size + 2;
    n++;
  }
  log(Level.debug, 'acked', ['count', n.toString(), 'last', acked.toString()]);
  return returnResult(c.commit([new PartitionCommit('t', 0, epoch, acked + 1)]));
}


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  misbehave('stop');
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  misbehave('teardown');
  const c = consumer;
  consumer = null;
  log(Level.debug, 'torn down', ['acked', acked.toString()]);
  if (behaviour == 'leak' && at == 'teardown') return returnResult(null);
  return returnResult(c === null ? null : Consumer.close(c));
}
