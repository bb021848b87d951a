import { arenaAlloc } from '../../../../assembly/abi/arena';
import { ConnectorError, DestinationWriteResult, ErrorKind } from '../../../../assembly/abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../../assembly/abi/exports';
import { Acks, Compression, OutgoingView, Producer, ProducerOptions } from '../../../../assembly/abi/kafka';
import { newList } from '../../../../assembly/abi/slots';
import { behaviour, configure, connection, misbehave } from './behaviour';

let producer: Producer | null = null;


@cabi("conduit:connector/destination@0.1.0#configure")
export function destinationConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(configure(ptr, count));
}


@cabi("conduit:connector/destination@0.1.0#open")
export function destinationOpen(): usize {
  misbehave('open');
  const opened = Producer.open(connection, new ProducerOptions(Acks.all, Compression.none, 1000000));
  producer = opened.value;
  return returnResult(opened.error);
}

// Records of less than 128 bytes in, the same bytes out to topic `t`; acks with an empty position and error.
@cabi("conduit:connector/destination@0.1.0#write")
export function destinationWrite(ptr: usize, length: usize): usize {
  const p = producer;
  if (p === null) return returnResult(new ConnectorError(ErrorKind.other, 'not open'));
  misbehave('write');
  let count: u32 = 0;
  for (let q = ptr; q < ptr + length; q += <usize>load<u8>(q + 1) + 2) count++;
  const outgoing = newList<OutgoingView>(1),
    first = outgoing.at(0),
    set = first.records;
  first.topic.lower('t');
  first.hasPartition = false;
  set.count = count;
  set.records.set(ptr, length);
  const sent = p.send(outgoing);
  if (sent.error !== null) return returnResult(sent.error);
  if (behaviour == 'trap after send') unreachable();
  if (behaviour == 'too few acks') count--;
  const answer = arenaAlloc(<usize>count * 2 + 2, 1);
  for (let i: u32 = 0; i < count; i++) store<u16>(answer + (i << 1), 0x000a);
  const result = changetype<DestinationWriteResult>(RETURN_AREA);
  result.isError = false;
  result.ok.set(answer, <usize>count * 2);
  if (behaviour == 'garbage') memory.fill(answer, 0xff, <usize>count * 2);
  return RETURN_AREA;
}


@cabi("conduit:connector/destination@0.1.0#stop")
export function destinationStop(): usize {
  misbehave('stop');
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#teardown")
export function destinationTeardown(): usize {
  misbehave('teardown');
  const p = producer;
  producer = null;
  return returnResult(p === null ? null : Producer.close(p));
}
