import { isSea } from 'node:sea';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the process is looked at. */
const CHECK_MS = 10_000;
/** An idle connector takes up to 1 % of a core for polling Kafka and for heartbeats; 10,000 records a second take more than this. */
const IDLE_CPU_SHARE = 0.02;
/** Fewer records than that may pass all the time: the collections must cost them next to nothing. */
const REST_CHECKS = 6;
/** Less than this is not worth a collection. */
const WORTH_BYTES = 8 * 1024 * 1024;
/** V8 frees the buffers of a collection in the background. */
const FREED_MS = 500;

/** What this needs of the process. */
export interface ProcessMemory {
  /** CPU time of all threads so far. */
  cpuUs(): number;
  residentBytes(): number;
  /** Collects all garbage; takes some 10 ms. */
  collect(): void;
  /** Gives back to the system what is free in the C library's heap. */
  trim(): void;
}

/**
 * Gives back the memory of a connector that had records and has none now. V8 collects when something is allocated, so an idle process keeps
 * its garbage; and the C library keeps freed buffers between those that live, 30 to 45 MB of them after a run. Nothing is done while
 * records pass in numbers. Returns the function that ends it; the process does not wait for it.
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
    // What the first collection only finalized, the second frees.
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

/** V8 offers its collection to contexts that are made while this option is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

/**
 * glibc has a function for it and no other way. Other C libraries have none, and give memory back by themselves. Only the executable calls it: it is
 * built so that Node's warning about this module is not printed among the log lines.
 */
function trimmer(): () => void {
  if (!isSea() || process.platform !== 'linux') return () => {};
  try {
    const { dlopen } = process.getBuiltinModule('node:ffi');
    const { malloc_trim } = dlopen(null, { malloc_trim: { arguments: ['u64'], return: 'i32' } }).functions;
    return () => void malloc_trim(0n);
  } catch {
    return () => {}; // musl, or a Node without this module
  }
}
