import { ConnectorError, RETURN_AREA, returnInvalidParams, returnResult } from "../abi/errors";
import { DestinationWriteResult, ErrorKind } from "../abi/layout";
import { Producer, newOutgoing } from "../abi/kafka";
import { configureDestination, destinationSettings } from "../config/index";
import { liftConfig } from "../config/lift";

let producer: Producer | null = null;

@cabi("conduit:connector/destination@0.1.0#configure")
export function destinationConfigure(ptr: usize, count: u32): usize { return returnInvalidParams(configureDestination(liftConfig(ptr, count))); }

@cabi("conduit:connector/destination@0.1.0#open")
export function destinationOpen(): usize {
  const settings = destinationSettings;
  if (settings === null) return returnResult(new ConnectorError(ErrorKind.other, "not configured"));
  const opened = Producer.open(settings.connection, settings.acks, settings.compression, settings.batchBytes, settings.deliveryTimeoutMs);
  producer = opened.value;
  return returnResult(opened.error);
}

@cabi("conduit:connector/destination@0.1.0#write")
export function destinationWrite(ptr: usize, length: usize): usize {
  const p = producer, settings = destinationSettings;
  if (p === null || settings === null) return returnResult(new ConnectorError(ErrorKind.other, "not open"));
  const outgoing = newOutgoing(1), first = outgoing.at(0), set = first.records;
  first.topic.lower(settings.topic);
  first.hasPartition = false;
  set.count = 1;
  set.records.set(ptr, length);
  const failures = p.send(outgoing);
  if (failures === null) return returnResult(p.error);
  let text = "";
  for (let i: u32 = 0; i < failures.length; i++) text += failures.at(i).index.toString() + "|" + failures.at(i).reason.text.lift() + "\n";
  const result = changetype<DestinationWriteResult>(RETURN_AREA);
  result.isError = false;
  result.ok.lowerUtf8(text);
  return RETURN_AREA;
}

@cabi("conduit:connector/destination@0.1.0#stop")
export function destinationStop(): usize { return returnResult(null); }

@cabi("conduit:connector/destination@0.1.0#teardown")
export function destinationTeardown(): usize {
  const p = producer;
  producer = null;
  return returnResult(p === null ? null : p.close());
}
