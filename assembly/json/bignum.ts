// Natural numbers of up to 40 x 32 bits in static memory, for the exact digits of a double (the largest double and all products that are computed
// have less than 1,200 bits). A number is an address, at which lie the limb count and then the limbs, least significant first.

const LIMBS: usize = 40;

/** Memory for one number. */
export function newBignum(): usize {
  return heap.alloc(4 + 4 * LIMBS);
}


@inline
function size(a: usize): u32 {
  return load<u32>(a);
}


@inline
function limb(a: usize, i: u32): usize {
  return a + 4 + ((<usize>i) << 2);
}

export function assign(a: usize, value: u64): void {
  store<u32>(a, value >>> 32 != 0 ? 2 : value != 0 ? 1 : 0);
  store<u64>(a, value, 4);
}

/** a *= factor */
export function multiply(a: usize, factor: u32): void {
  let carry: u64 = 0;
  const n = size(a);
  for (let i: u32 = 0; i < n; i++) {
    carry += <u64>load<u32>(limb(a, i)) * factor;
    store<u32>(limb(a, i), <u32>carry);
    carry >>>= 32;
  }
  if (carry == 0) return;
  store<u32>(limb(a, n), <u32>carry);
  store<u32>(a, n + 1);
}

/** a *= 10^exponent */
export function multiplyPowerOf10(a: usize, exponent: u32): void {
  for (; exponent >= 9; exponent -= 9) multiply(a, 1000000000);
  let factor: u32 = 1;
  for (; exponent > 0; exponent--) factor *= 10;
  if (factor != 1) multiply(a, factor);
}

/** a *= 2^bits */
export function shift(a: usize, bits: u32): void {
  const n = size(a);
  if (n == 0) return;
  const whole = bits >>> 5;
  if (whole != 0) {
    for (let i = n; i > 0; i--) store<u32>(limb(a, i - 1 + whole), load<u32>(limb(a, i - 1)));
    memory.fill(limb(a, 0), 0, (<usize>whole) << 2);
    store<u32>(a, n + whole);
  }
  if ((bits & 31) != 0) multiply(a, 1 << (bits & 31));
}

/** out = a + b */
export function add(a: usize, b: usize, out: usize): void {
  const n = max(size(a), size(b));
  let carry: u64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    if (i < size(a)) carry += load<u32>(limb(a, i));
    if (i < size(b)) carry += load<u32>(limb(b, i));
    store<u32>(limb(out, i), <u32>carry);
    carry >>>= 32;
  }
  store<u32>(out, n);
  if (carry == 0) return;
  store<u32>(limb(out, n), <u32>carry);
  store<u32>(out, n + 1);
}

/** a -= b, where a >= b */
export function subtract(a: usize, b: usize): void {
  let n = size(a);
  let borrow: i64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    borrow += <i64>load<u32>(limb(a, i));
    if (i < size(b)) borrow -= <i64>load<u32>(limb(b, i));
    store<u32>(limb(a, i), <u32>borrow);
    borrow >>= 32;
  }
  while (n > 0 && load<u32>(limb(a, n - 1)) == 0) n--;
  store<u32>(a, n);
}

/** Less than 0 if a < b, 0 if they are equal, greater than 0 if a > b. */
export function compare(a: usize, b: usize): i32 {
  if (size(a) != size(b)) return size(a) < size(b) ? -1 : 1;
  for (let i = size(a); i > 0; i--) {
    const x = load<u32>(limb(a, i - 1));
    const y = load<u32>(limb(b, i - 1));
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}
