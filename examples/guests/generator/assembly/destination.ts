import { ConnectorError, DestinationWriteResult, ErrorKind } from '../../../../assembly/abi/connector';
import { liftConfig } from '../../../../assembly/abi/config';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../../assembly/abi/exports';
import { Level, log } from '../../../../assembly/abi/log';
import { Fields, Message } from './protobuf';

let refuse = '';
let isOpen = false;
let collected = 0;


@cabi("conduit:connector/destination@0.1.0#configure")
export function destinationConfigure(ptr: usize, count: u32): usize {
  const config = liftConfig(ptr, count);
  refuse = config.has('refuse') ? config.get('refuse') : '';
  return returnInvalidParams([]);
}


@cabi("conduit:connector/destination@0.1.0#open")
export function destinationOpen(): usize {
  isOpen = true;
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#write")
export function destinationWrite(ptr: usize, length: usize): usize {
  if (!isOpen) return returnResult(new ConnectorError(ErrorKind.other, 'the destination is not open'));
  const acks = new Message();
  const records = new Fields(ptr, ptr + length);
  let last = '';
  while (records.next()) {
    last = positionOf(new Fields(records.at, records.at + records.size));
    const ack = new Message().text(1, last);
    if (refuse != '' && last == refuse) ack.text(2, 'record ' + last + ' is refused');
    else collected++;
    acks.message(1, ack);
  }
  log(Level.info, 'collected', ['records', collected.toString(), 'last', last]);
  const result = changetype<DestinationWriteResult>(RETURN_AREA);
  result.isError = false;
  result.ok.set(acks.inArena(), acks.size);
  return RETURN_AREA;
}

function positionOf(record: Fields): string {
  while (record.next()) if (record.field == 1) return record.text();
  return '';
}


@cabi("conduit:connector/destination@0.1.0#stop")
export function destinationStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#teardown")
export function destinationTeardown(): usize {
  isOpen = false;
  log(Level.info, 'destination torn down', ['collected', collected.toString()]);
  return returnResult(null);
}
