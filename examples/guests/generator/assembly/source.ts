// Record number n has the position n, the key n and the value "record n".
import { ConnectorError, ErrorKind, InvalidParam, SourceReadResult } from '../../../../assembly/abi/connector';
import { liftConfig } from '../../../../assembly/abi/config';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../../assembly/abi/exports';
import { Level, log } from '../../../../assembly/abi/log';
import { now } from './clock';
import { Fields, Message, utf8 } from './protobuf';
import { numberOf } from './settings';

let records = 0;
let trapAfter = 0;
let next = 0;
let isOpen = false;
let isResumed = false;
let acked = -1;


@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize {
  const config = liftConfig(ptr, count);
  const invalid: InvalidParam[] = [];
  records = numberOf(config, 'records', invalid);
  trapAfter = numberOf(config, 'trapAfter', invalid);
  log(Level.debug, 'configured', ['token', config.has('token') ? config.get('token') : '']);
  return returnInvalidParams(invalid);
}


@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  isResumed = hasResume != 0;
  next = 0;
  if (isResumed) {
    const text = String.UTF8.decodeUnsafe(ptr, length);
    const last = I32.parseInt(text);
    if (last.toString() != text)
      return returnResult(new ConnectorError(ErrorKind.invalidPosition, 'expected a number, got "' + text + '"'));
    next = last + 1;
  }
  isOpen = true;
  log(Level.info, 'opened', ['next', next.toString()]);
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  if (!isOpen) return returnResult(new ConnectorError(ErrorKind.other, 'the source is not open'));
  const result = changetype<SourceReadResult>(RETURN_AREA);
  const batch = new Message();
  const readAt = now().toString();
  let count: u32 = 0;
  while (count < maxRecords && (records == 0 || next < records)) {
    if (trapAfter != 0 && next == trapAfter && !isResumed) {
      if (count > 0) break;
      abort('trapAfter');
    }
    const record = recordOf(next, readAt);
    if (count > 0 && <u32>(batch.size + record.size) > maxBytes) break;
    batch.message(1, record);
    next++;
    count++;
  }
  result.isError = false;
  result.hasOk = count > 0;
  if (count == 0) return RETURN_AREA;
  result.ok.data.set(batch.inArena(), batch.size);
  result.ok.count = count;
  result.ok.lastPosition.lowerUtf8((next - 1).toString());
  return RETURN_AREA;
}

function recordOf(number: i32, readAt: string): Message {
  const name = number.toString();
  const metadata = (key: string, value: string): Message => new Message().text(1, key).text(2, value);
  return new Message()
    .text(1, name)
    .number(2, 1)
    .message(3, metadata('opencdc.collection', 'generator'))
    .message(3, metadata('opencdc.readAt', readAt))
    .message(4, new Message().text(1, name))
    .message(5, new Message().message(2, new Message().bytes(1, utf8('record ' + name))));
}


@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  const positions = new Fields(ptr, ptr + length);
  let count = 0;
  while (positions.next()) {
    acked = I32.parseInt(positions.text());
    count++;
  }
  log(Level.debug, 'acked', ['count', count.toString(), 'last', acked.toString()]);
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  isOpen = false;
  log(Level.info, 'source torn down', ['acked', acked.toString()]);
  return returnResult(null);
}
