// A guest that wants more of as-wasi than clock and randomness.
import { Console } from 'as-wasi/assembly';
import { log } from '../../../assembly/abi/log';
export { cabiRealloc, cabiPost } from '../../../assembly/abi/realloc';
export * from '../../../assembly/abi/wasi';


@cabi("conduit:connector/source@0.1.0#stop")
export function sourceStop(): usize {
  log(2, 'hello');
  Console.log('hello');
  return 0;
}
