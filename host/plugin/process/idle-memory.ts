import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the process checks whether it is idle. */
const CHECK_MS = 10_000;
/** An idle connector takes up to 1 % of a core for polling Kafka and for heartbeats; 10,000 records a second take more than this. */
const IDLE_CPU_SHARE = 0.02;
/** Checks between two collections at least. A process below IDLE_CPU_SHARE may still pass some records, which the collections must hardly delay. */
const REST_CHECKS = 6;
/** If the process has grown by less than this, a collection is not worth its cost. */
const WORTH_BYTES = 8 * 1024 * 1024;
/** Wait after a collection: V8 frees its buffers in the background. */
const FREED_MS = 500;

/** The functions of the process that `releaseIdleMemory` uses. */
export interface ProcessMemory {
  /** CPU time of all threads since the start. */
  cpuUs(): number;
  residentBytes(): number;
  /** Collects all garbage; takes some 10 ms. */
  collect(): void;
  /** Gives the free memory of the C library's heap back to the system. */
  trim(): void;
}

/**
 * Gives memory back to the system when the connector has become idle. V8 collects only when something is allocated, so an idle process would keep
 * its garbage; and the C library keeps freed buffers between live ones, 30 to 45 MB after a run. While many records pass, nothing is done. Returns
 * the function that ends the checks; the checks do not keep the process alive.
 */
export function releaseIdleMemory(memory: ProcessMemory = ownMemory()): () => void {
  let cpuUs = memory.cpuUs();
  let settledBytes = 0;
  let rest = 0;
  let next: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    const now = memory.cpuUs();
    const share = (now - cpuUs) / (CHECK_MS * 1_000);
    cpuUs = now;
    if (--rest > 0 || share > IDLE_CPU_SHARE || memory.residentBytes() < settledBytes + WORTH_BYTES) return;
    rest = REST_CHECKS;
    memory.collect();
    // The first collection finalizes some objects, and only the second frees them.
    next = later(() => {
      memory.collect();
      next = later(() => {
        memory.trim();
        settledBytes = memory.residentBytes();
      });
    });
  }, CHECK_MS).unref();
  return () => {
    clearInterval(timer);
    clearTimeout(next);
  };
}

function later(action: () => void): NodeJS.Timeout {
  return setTimeout(action, FREED_MS).unref();
}

function ownMemory(): ProcessMemory {
  let collect: (() => void) | null = null;
  let trim: (() => void) | null = null;
  return {
    cpuUs() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    residentBytes: () => process.memoryUsage.rss(),
    collect: () => (collect ??= collector())(),
    trim: () => (trim ??= trimmer())(),
  };
}

/** V8 gives `gc` to contexts that are made while this option is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

/** Calls glibc's `malloc_trim`, for which glibc has no other interface. Other C libraries have no such function and give memory back by themselves. */
function trimmer(): () => void {
  if (process.platform !== 'linux') return () => {};
  try {
    const { dlopen } = process.getBuiltinModule('node:ffi');
    const { malloc_trim } = dlopen(null, { malloc_trim: { arguments: ['u64'], return: 'i32' } }).functions;
    return () => void malloc_trim(0n);
  } catch {
    return () => {}; // musl, or a Node without this module
  }
}
