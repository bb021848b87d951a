import { Date as WasiDate, Random } from "as-wasi/assembly";
import { ConnectorError, RETURN_AREA, returnInvalidParams, returnResult } from "../abi/errors";
import { arenaAlloc } from "../abi/arena";
import { ErrorKind, SourceReadResult } from "../abi/layout";
import { Consumer, PartitionOffset } from "../abi/kafka";
import { Level, log } from "../abi/log";
import { configureSource, sourceSettings } from "../config/index";
import { liftConfig } from "../config/lift";

let consumer: Consumer | null = null;
let epoch: u32 = 0;

// position: "topic/partition/next-offset" lines
function parsePositions(p: usize, n: usize): PartitionOffset[] | null {
  const out = new Array<PartitionOffset>();
  const lines = String.UTF8.decodeUnsafe(p, n).split("\n");
  for (let i = 0; i < lines.length; i++) {
    const f = lines[i].split("/");
    if (f.length != 3) return null;
    out.push(new PartitionOffset(f[0], <i32>parseInt(f[1]), I64.parseInt(f[2])));
  }
  return out;
}

@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize { return returnInvalidParams(configureSource(liftConfig(ptr, count))); }

@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  const settings = sourceSettings;
  if (settings === null) return returnResult(new ConnectorError(ErrorKind.other, "not configured"));
  let resume: PartitionOffset[] | null = [];
  if (hasResume) resume = parsePositions(ptr, length);
  if (resume === null) return returnResult(new ConnectorError(ErrorKind.invalidPosition, "not a position"));
  const opened = Consumer.open(settings.connection, settings.topics, settings.group, settings.readFromBeginning, resume);
  if (opened.error !== null) return returnResult(opened.error);
  consumer = opened.value;
  log(Level.info, "opened", ["at", WasiDate.now().toString(), "nonce", Random.randomBytes(4).toString()]);
  return returnResult(null);
}

@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  const c = consumer;
  if (c === null) return returnResult(new ConnectorError(ErrorKind.other, "not open"));
  const result = changetype<SourceReadResult>(RETURN_AREA);
  result.isError = false;
  result.hasOk = false;
  if (maxRecords == 0) return RETURN_AREA;
  const fetched = c.poll(maxRecords, maxBytes, maxWaitMs);
  if (fetched === null) return returnResult(c.error);
  if (fetched.length == 0) return RETURN_AREA;
  let total: usize = 0, count: u32 = 0;
  for (let i: u32 = 0; i < fetched.length; i++) { total += fetched.at(i).records.records.length; count += fetched.at(i).records.count; }
  const data = arenaAlloc(total, 1);
  let w = data, position = "";
  for (let i: u32 = 0; i < fetched.length; i++) {
    const f = fetched.at(i), set = f.records;
    memory.copy(w, set.records.ptr, set.records.length);
    w += set.records.length;
    epoch = f.epoch;
    position = f.topic.lift() + "/" + f.partition.toString() + "/" + (set.baseOffset + <i64>set.count).toString();
  }
  result.hasOk = true;
  const batch = result.ok;
  batch.data.set(data, total);
  batch.count = count;
  batch.lastPosition.lowerUtf8(position);
  return RETURN_AREA;
}

@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  const c = consumer, offsets = parsePositions(ptr, length);
  if (c === null) return returnResult(new ConnectorError(ErrorKind.other, "not open"));
  if (offsets === null) return returnResult(new ConnectorError(ErrorKind.invalidPosition, "ack"));
  return returnResult(c.commit(epoch, offsets));
}

@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize { return returnResult(null); }

@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  const c = consumer;
  consumer = null;
  return returnResult(c === null ? null : c.close());
}
