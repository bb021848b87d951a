// A source that imports a function that no host grants, and calls it when the component is instantiated.
import { Specification, SpecificationView } from '../../../../assembly/abi/connector';
import { RETURN_AREA, returnInvalidParams, returnResult } from '../../../../assembly/abi/exports';
import { Level, log } from '../../../../assembly/abi/log';

export { cabiRealloc, cabiPost } from '../../../../assembly/abi/realloc';


@external("test:overreaching/files@0.1.0", "read")
declare function __read(name: usize, length: u32): u32;

const SECRETS = '/etc/passwd';
// Runs when the component is instantiated.
log(Level.error, 'the overreaching guest runs');
__read(changetype<usize>(SECRETS), SECRETS.length);


@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  new Specification('overreaching').lower(changetype<SpecificationView>(RETURN_AREA));
  return RETURN_AREA;
}


@cabi("conduit:connector/source@0.1.0#configure")
export function sourceConfigure(ptr: usize, count: u32): usize {
  return returnInvalidParams([]);
}


@cabi("conduit:connector/source@0.1.0#open")
export function sourceOpen(hasResume: i32, ptr: usize, length: usize): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#read")
export function sourceRead(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#ack")
export function sourceAck(ptr: usize, length: usize): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  return returnResult(null);
}


@cabi("conduit:connector/source@0.1.0#teardown")
export function sourceTeardown(): usize {
  return returnResult(null);
}
