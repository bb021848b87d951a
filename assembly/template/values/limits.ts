// What one template may cost. All errors of a template are values: the first one ends the evaluation of that record.
import { arenaAlloc, arenaFits, arenaGrow } from '../../abi/arena';

/** Most steps (nodes, elements, and some for long texts) of one evaluation. */
export const MAX_STEPS: u32 = 1_000_000;
/** Most bytes that the values of one evaluation may take, the output included. */
export const MAX_BYTES: usize = 32 << 20;
/** Most bytes of the output. */
export const MAX_OUTPUT: usize = 16 << 20;
/** Most levels of control structures, parentheses and templates within each other, in the source and while it is evaluated. */
export const MAX_DEPTH: u32 = 100;

/** True after the first error, until `start`. */
export let failed: bool = false;
/** The first error, without the place in the template; see `fail`. */
export let problem: string = '';
/** True if the error is one of a function, which Go reports as `error calling NAME`. */
let steps: u32 = 0;
let used: usize = 0;
let depth: u32 = 0;

// Small allocations that do not fit get this block, so that their caller can write to it; what it holds is thrown away with the evaluation.
const SPARE: usize = 4096;
const spare = heap.alloc(SPARE);

export function startEvaluation(): void {
  failed = false;
  problem = '';
  steps = 0;
  used = 0;
  depth = 0;
}

/** Keeps the first error. */
export function fail(text: string): void {
  if (failed) return;
  failed = true;
  problem = text;
}

/** Replaces the text of the error, to say where it is. */
export function restate(text: string): void {
  problem = text;
}

/** Forgets an error, for functions that ignore one. */
export function forgive(): void {
  failed = false;
  problem = '';
}

/** Counts `n` steps. False: there were too many. */
@inline
export function step(n: u32 = 1): bool {
  steps += n;
  if (steps > MAX_STEPS || n > MAX_STEPS) tooLong();
  return !failed;
}

function tooLong(): void {
  steps = MAX_STEPS;
  fail('the template takes more than ' + MAX_STEPS.toString() + ' steps');
}


@inline
export function enter(): bool {
  if (++depth > MAX_DEPTH * 4) fail('the template is nested deeper than ' + (MAX_DEPTH * 4).toString() + ' levels');
  return !failed;
}


@inline
export function leave(): void {
  depth--;
}

/**
 * Memory for the evaluation of one record, aligned to 8. If there is none, the evaluation has failed: up to 4096 bytes can still be written, and more are
 * address 0, which the caller must look for.
 */
export function alloc(size: usize): usize {
  used += size;
  if (used > MAX_BYTES || size > MAX_BYTES || !arenaFits(size + 8)) return outOfMemory(size);
  return arenaAlloc(size, 8);
}

function outOfMemory(size: usize): usize {
  used = MAX_BYTES;
  fail('the template takes more than ' + MAX_BYTES.toString() + ' bytes of memory');
  return size <= SPARE ? spare : 0;
}

/** Grows the last block in place, if that is possible. */
export function growBlock(block: usize, oldSize: usize, newSize: usize): bool {
  if (used + newSize - oldSize > MAX_BYTES || !arenaFits(newSize - oldSize) || !arenaGrow(block, oldSize, newSize)) return false;
  used += newSize - oldSize;
  return true;
}
