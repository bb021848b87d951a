// conduit:connector/destination
import { arenaLeft } from '../abi/arena';
import { nowMs } from '../abi/clock';
import { ConnectorError, DestinationWriteResult, ErrorKind } from '../abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../abi/exports';
import { Producer } from '../abi/kafka';
import { prefixed } from '../abi/result';
import { configureDestination, destinationSettings } from '../settings/destination';
import { liftConfig } from '../abi/config';
import { writeBatch } from './batch';
import { responseSize, writeResponse } from './outcomes';
import { useTemplate } from './topics';

let producer: Producer | null = null;

function refuse(kind: u8, text: string): usize {
  return returnResult(new ConnectorError(kind, text));
}


@cabi("conduit:connector/destination@0.1.0#configure")
export function destinationConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams(configureDestination(liftConfig(ptr, count)));
}


@cabi("conduit:connector/destination@0.1.0#open")
export function destinationOpen(): usize {
  const settings = destinationSettings;
  if (settings === null) return refuse(ErrorKind.other, 'the destination is not configured');
  if (producer !== null) return refuse(ErrorKind.other, 'the destination is open already');
  const opened = Producer.open(settings.connection, settings.delivery);
  if (opened.error !== null) return returnResult(opened.error);
  useTemplate(settings.topic);
  producer = opened.value;
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#write")
export function destinationWrite(ptr: usize, length: usize): usize {
  const p = producer;
  const settings = destinationSettings;
  if (p === null || settings === null) return refuse(ErrorKind.other, 'the destination is not open');
  const error = writeBatch(p, ptr, length, settings, nowMs());
  if (error !== null) return returnResult(error);
  const response = writeResponse(ptr);
  if (response == 0) {
    const left = arenaLeft().toString();
    return refuse(
      ErrorKind.limitExceeded,
      'the acknowledgements of a write take ' +
        responseSize.toString() +
        ' bytes, there is memory for ' +
        left +
        ': send fewer records at once',
    );
  }
  const result = changetype<DestinationWriteResult>(RETURN_AREA);
  result.isError = false;
  result.ok.set(response, <usize>responseSize);
  return RETURN_AREA;
}


@cabi("conduit:connector/destination@0.1.0#stop")
export function destinationStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/destination@0.1.0#teardown")
export function destinationTeardown(): usize {
  const p = producer;
  if (p === null) return returnResult(null);
  producer = null;
  const error = Producer.close(p);
  return returnResult(error === null ? null : prefixed('failed closing Kafka producer: ', error));
}
