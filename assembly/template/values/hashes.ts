// SHA-1, SHA-256, SHA-512 and Adler-32 of a text. K512 holds the constants of SHA-512; the upper halves of the first 64 are those of SHA-256.

const K512: StaticArray<u64> = [
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
  0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
  0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
  0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
  0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
  0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
  0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
  0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
];
const H512: StaticArray<u64> = [
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
  0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
];
const BLOCK = heap.alloc(256);
const W = heap.alloc(640);
const H = heap.alloc(64);

/** Fills BLOCK with block `i` of the padded message. `unit` is the size of a block. */
function fillBlock(at: usize, size: usize, i: usize, unit: usize): void {
  const from = i * unit;
  const have = from < size ? min(unit, size - from) : 0;
  memory.fill(BLOCK, 0, unit);
  memory.copy(BLOCK, at + from, have);
  if (from <= size && size < from + unit) store<u8>(BLOCK + (size - from), 0x80);
}

function blocks(size: usize, unit: usize): usize {
  return (size + 1 + (unit >> 3) + unit - 1) / unit;
}

function storeLength(size: usize, unit: usize): void {
  store<u64>(BLOCK + unit - 8, bswap<u64>((<u64>size) << 3));
}

export function sha1(at: usize, size: usize, out: usize): void {
  let h0: u32 = 0x67452301;
  let h1: u32 = 0xefcdab89;
  let h2: u32 = 0x98badcfe;
  let h3: u32 = 0x10325476;
  let h4: u32 = 0xc3d2e1f0;
  const n = blocks(size, 64);
  for (let i: usize = 0; i < n; i++) {
    fillBlock(at, size, i, 64);
    if (i + 1 == n) storeLength(size, 64);
    for (let t: usize = 0; t < 16; t++) store<u32>(W + (t << 2), bswap(load<u32>(BLOCK + (t << 2))));
    for (let t: usize = 16; t < 80; t++) {
      const x =
        load<u32>(W + ((t - 3) << 2)) ^ load<u32>(W + ((t - 8) << 2)) ^ load<u32>(W + ((t - 14) << 2)) ^ load<u32>(W + ((t - 16) << 2));
      store<u32>(W + (t << 2), rotl(x, 1));
    }
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    for (let t: usize = 0; t < 80; t++) {
      const f = t < 20 ? (b & c) | (~b & d) : t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      const k: u32 = t < 20 ? 0x5a827999 : t < 40 ? 0x6ed9eba1 : t < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      const next = rotl(a, 5) + f + e + k + load<u32>(W + (t << 2));
      e = d;
      d = c;
      c = rotl(b, 30);
      b = a;
      a = next;
    }
    h0 += a;
    h1 += b;
    h2 += c;
    h3 += d;
    h4 += e;
  }
  store<u32>(out, bswap(h0));
  store<u32>(out, bswap(h1), 4);
  store<u32>(out, bswap(h2), 8);
  store<u32>(out, bswap(h3), 12);
  store<u32>(out, bswap(h4), 16);
}


@inline
function h32(i: usize): u32 {
  return load<u32>(H + (i << 2));
}

export function sha256(at: usize, size: usize, out: usize): void {
  for (let i: usize = 0; i < 8; i++) store<u32>(H + (i << 2), <u32>(H512[<i32>i] >> 32));
  const n = blocks(size, 64);
  for (let i: usize = 0; i < n; i++) {
    fillBlock(at, size, i, 64);
    if (i + 1 == n) storeLength(size, 64);
    for (let t: usize = 0; t < 16; t++) store<u32>(W + (t << 2), bswap(load<u32>(BLOCK + (t << 2))));
    for (let t: usize = 16; t < 64; t++) {
      const x = load<u32>(W + ((t - 15) << 2));
      const y = load<u32>(W + ((t - 2) << 2));
      const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3);
      const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >> 10);
      store<u32>(W + (t << 2), load<u32>(W + ((t - 16) << 2)) + s0 + load<u32>(W + ((t - 7) << 2)) + s1);
    }
    let a = h32(0);
    let b = h32(1);
    let c = h32(2);
    let d = h32(3);
    let e = h32(4);
    let f = h32(5);
    let g = h32(6);
    let h = h32(7);
    for (let t: usize = 0; t < 64; t++) {
      const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
      const one = h + s1 + ((e & f) ^ (~e & g)) + <u32>(unchecked(K512[<i32>t]) >> 32) + load<u32>(W + (t << 2));
      const s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
      const two = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + one;
      d = c;
      c = b;
      b = a;
      a = one + two;
    }
    store<u32>(H, h32(0) + a);
    store<u32>(H, h32(1) + b, 4);
    store<u32>(H, h32(2) + c, 8);
    store<u32>(H, h32(3) + d, 12);
    store<u32>(H, h32(4) + e, 16);
    store<u32>(H, h32(5) + f, 20);
    store<u32>(H, h32(6) + g, 24);
    store<u32>(H, h32(7) + h, 28);
  }
  for (let i: usize = 0; i < 8; i++) store<u32>(out + (i << 2), bswap(h32(i)));
}


@inline
function h64(i: usize): u64 {
  return load<u64>(H + (i << 3));
}

export function sha512(at: usize, size: usize, out: usize): void {
  for (let i: usize = 0; i < 8; i++) store<u64>(H + (i << 3), H512[<i32>i]);
  const n = blocks(size, 128);
  for (let i: usize = 0; i < n; i++) {
    fillBlock(at, size, i, 128);
    if (i + 1 == n) storeLength(size, 128);
    for (let t: usize = 0; t < 16; t++) store<u64>(W + (t << 3), bswap<u64>(load<u64>(BLOCK + (t << 3))));
    for (let t: usize = 16; t < 80; t++) {
      const x = load<u64>(W + ((t - 15) << 3));
      const y = load<u64>(W + ((t - 2) << 3));
      const s0 = rotr(x, 1) ^ rotr(x, 8) ^ (x >> 7);
      const s1 = rotr(y, 19) ^ rotr(y, 61) ^ (y >> 6);
      store<u64>(W + (t << 3), load<u64>(W + ((t - 16) << 3)) + s0 + load<u64>(W + ((t - 7) << 3)) + s1);
    }
    let a = h64(0);
    let b = h64(1);
    let c = h64(2);
    let d = h64(3);
    let e = h64(4);
    let f = h64(5);
    let g = h64(6);
    let h = h64(7);
    for (let t: usize = 0; t < 80; t++) {
      const s1 = rotr(e, 14) ^ rotr(e, 18) ^ rotr(e, 41);
      const one = h + s1 + ((e & f) ^ (~e & g)) + unchecked(K512[<i32>t]) + load<u64>(W + (t << 3));
      const s0 = rotr(a, 28) ^ rotr(a, 34) ^ rotr(a, 39);
      const two = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + one;
      d = c;
      c = b;
      b = a;
      a = one + two;
    }
    store<u64>(H, h64(0) + a);
    store<u64>(H, h64(1) + b, 8);
    store<u64>(H, h64(2) + c, 16);
    store<u64>(H, h64(3) + d, 24);
    store<u64>(H, h64(4) + e, 32);
    store<u64>(H, h64(5) + f, 40);
    store<u64>(H, h64(6) + g, 48);
    store<u64>(H, h64(7) + h, 56);
  }
  for (let i: usize = 0; i < 8; i++) store<u64>(out + (i << 3), bswap<u64>(h64(i)));
}

export function adler32(at: usize, size: usize): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  for (let p = at; p < at + size; p++) {
    a = (a + load<u8>(p)) % 65521;
    b = (b + a) % 65521;
  }
  return (b << 16) | a;
}
