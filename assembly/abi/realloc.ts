// The functions that the canonical ABI requires of every component.
import { arenaAlloc, arenaReset } from './arena';

/** jco calls it to place arguments of exports and results of imports; it runs before the export itself. */
@cabi("cabi_realloc")
export function cabiRealloc(old: usize, oldSize: usize, align: usize, newSize: usize): usize {
  if (newSize == 0) return align;
  const p = arenaAlloc(newSize, align);
  if (oldSize != 0) memory.copy(p, old, min(oldSize, newSize));
  return p;
}

/** The transform exports this one function as cabi_post_X for every export X that returns an address. */
@cabi("cabi_post_*")
export function cabiPost(_: usize): void {
  arenaReset();
}
