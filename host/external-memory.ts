import { setFlagsFromString } from 'node:v8';

const MIN_NODE_MAJOR = 26;

/**
 * By default V8 runs a full collection each time some 30 MB of byte buffers have come and gone, however small its heap is. A process
 * that does nothing but pass buffers on spends a fifth of its time on that: with these flags buffers count as part of the heap, which
 * collects a third as often. Older engines do not know the flags.
 */
export function countBuffersAsHeap(): void {
  if (Number.parseInt(process.versions.node) < MIN_NODE_MAJOR) return;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--external-memory-max-growing-factor=4');
}
