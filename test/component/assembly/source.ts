import { Date as WasiDate, Random } from 'as-wasi/assembly';
import { ConnectorError, ErrorKind, Level, SourceReadResult } from '../../../assembly/abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../assembly/abi/exports';
import {
  Consumer,
  ConsumerOptions,
  Decoding,
  Fetching,
  Isolation,
  Membership,
  PartitionCommit,
  PartitionOffset,
  Start,
} from '../../../assembly/abi/kafka';
import { log } from '../../../assembly/abi/log';
import { connection, given, keep, number, registry } from './shared';

let consumer: Consumer | null = null;
const OFFSETS: PartitionOffset[] = [new PartitionOffset('t1', i32.MAX_VALUE, i64.MIN_VALUE), new PartitionOffset('', -2, 9007199254740993)];
const COMMITS: PartitionCommit[] = [
  new PartitionCommit('t1', i32.MAX_VALUE, u32.MAX_VALUE, i64.MIN_VALUE),
  new PartitionCommit('', -2, 1, 9007199254740993),
];


@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(keep(ptr, count));
}


@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  for (let level: u8 = 0; level <= Level.error; level++)
    log(level, Level.nameOf(level) + ' ✓', ['now', WasiDate.now().toString(), 'random', Random.randomBytes(9).toString()]);
  log(Level.info, hasResume ? 'resume ' + String.UTF8.decodeUnsafe(ptr, length) : 'no resume');
  const options = new ConsumerOptions(hasResume ? ['t1', 't2 ✓'] : [], 'group', hasResume != 0, hasResume ? OFFSETS : []);
  if (hasResume) {
    options.start = new Start(OFFSETS, true, i64.MIN_VALUE);
    options.membership = new Membership(u32.MAX_VALUE, 1, u32.MAX_VALUE - 1);
    options.fetching = new Fetching(Isolation.readUncommitted, 1, u32.MAX_VALUE, 2, u32.MAX_VALUE - 1, 'zażółć');
  }
  if (given.has('decoding')) {
    const format = <u8>number('decoding');
    options.decoding = new Decoding(format != 0, format, true, 3 - format, format == 0 ? null : registry(format == 1), format == 2);
  }
  if (given.has('start')) options.start = new Start();
  if (given.has('isolation')) options.fetching = new Fetching(<u8>number('isolation'));
  const opened = Consumer.open(connection(), options);
  consumer = opened.value;
  return returnResult(opened.error);
}


@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  const c = consumer!;
  const polled = c.poll(maxRecords, maxBytes, maxWaitMs);
  if (polled.error !== null) return returnResult(polled.error);
  const fetched = polled.value!;
  const result = changetype<SourceReadResult>(RETURN_AREA);
  result.isError = false;
  result.hasOk = fetched.length != 0;
  if (fetched.length == 0) return RETURN_AREA;
  let text = '';
  for (let i: u32 = 0; i < fetched.length; i++) {
    const f = fetched.at(i),
      set = f.records;
    text +=
      [
        f.topic.lift(),
        f.partition.toString(),
        f.epoch.toString(),
        set.baseOffset.toString(),
        set.baseTimestamp.toString(),
        set.count.toString(),
        set.records.liftUtf8(),
        set.logAppendTime.toString(),
        set.hasLeaderEpoch ? set.leaderEpoch.toString() : 'none',
      ].join(' ') + '\n';
  }
  const batch = result.ok;
  batch.data.lowerUtf8(text);
  batch.count = u32.MAX_VALUE;
  batch.lastPosition.lowerUtf8([maxRecords.toString(), maxBytes.toString(), maxWaitMs.toString()].join(' '));
  return RETURN_AREA;
}


@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  if (length == 0) return returnResult(new ConnectorError(ErrorKind.limitExceeded, 'nothing ✓'));
  if (String.UTF8.decodeUnsafe(ptr, length) != 'topics') return returnResult(consumer!.commit(COMMITS));
  const listed = consumer!.listTopics();
  if (listed.error !== null) return returnResult(listed.error);
  const topics = listed.value!;
  const texts: string[] = [];
  for (let i: u32 = 0; i < topics.length; i++) texts.push(topics.at(i).name.lift() + ' ' + topics.at(i).partitions.toString());
  const failed = consumer!.subscribe(['t1', 't2 ✓']);
  return returnResult(failed !== null ? failed : new ConnectorError(ErrorKind.other, texts.join(',')));
}


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  return returnResult(Consumer.close(consumer!));
}
