import { DestinationWriteResult, ErrorKind } from '../../../assembly/abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../assembly/abi/exports';
import { Encoding, OutgoingView, Producer, ProducerOptions, Target, TopicConfig, TopicCreation } from '../../../assembly/abi/kafka';
import { newList } from '../../../assembly/abi/slots';
import { connection, given, keep, number, registry } from './shared';

let producer: Producer | null = null;


@cabi("conduit:connector/destination@0.1.0#configure")
export function destinationConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(keep(ptr, count));
}


@cabi("conduit:connector/destination@0.1.0#open")
export function destinationOpen(): usize {
  const options = new ProducerOptions(<u8>number('acks'), <u8>number('compression'), u32.MAX_VALUE, u32.MAX_VALUE - 1);
  options.partitioner = <u8>number('partitioner');
  if (given.has('creation'))
    options.creation = new TopicCreation(i32.MIN_VALUE, i32.MAX_VALUE, [new TopicConfig('a ✓', ''), new TopicConfig('', 'b')]);
  if (given.has('encoding')) {
    const subject = <u8>number('encoding');
    const value = new Target(subject + 1, subject, 'schema ✓');
    options.encoding = new Encoding(subject == 0 ? null : new Target(1, 2 - subject, ''), value, registry(subject == 1), subject == 2);
  }
  const opened = Producer.open(connection(), options);
  producer = opened.value;
  return returnResult(opened.error);
}

// Sends the bytes three times, with and without a partition; says what failed.
@cabi("conduit:connector/destination@0.1.0#write")
export function destinationWrite(ptr: usize, length: usize): usize {
  const p = producer!;
  const outgoing = newList<OutgoingView>(3);
  for (let i: u32 = 0; i < 3; i++) {
    const o = outgoing.at(i),
      set = o.records;
    o.topic.lower('topic ' + i.toString());
    o.hasPartition = i != 0;
    o.partition = i == 1 ? i32.MAX_VALUE : 0;
    set.baseOffset = -1 - <i64>i;
    set.baseTimestamp = i64.MAX_VALUE - i;
    set.count = u32.MAX_VALUE - i;
    set.records.set(ptr, length);
    set.logAppendTime = i == 2;
    set.hasLeaderEpoch = i == 2;
    set.leaderEpoch = 7;
  }
  const sent = p.send(outgoing);
  if (sent.error !== null) return returnResult(sent.error);
  const failures = sent.value!;
  let text = '';
  for (let i: u32 = 0; i < failures.length; i++) {
    const f = failures.at(i);
    text +=
      f.index.toString() +
      '|' +
      ErrorKind.nameOf(f.reason.kind) +
      '|' +
      f.reason.text.lift() +
      '|' +
      (f.reason.hasCode ? f.reason.code.lift() : 'no code') +
      '\n';
  }
  const result = changetype<DestinationWriteResult>(RETURN_AREA);
  result.isError = false;
  result.ok.lowerUtf8(text);
  return RETURN_AREA;
}


@cabi("conduit:connector/destination@0.1.0#stop")
export function destinationStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#teardown")
export function destinationTeardown(): usize {
  return returnResult(Producer.close(producer!));
}
