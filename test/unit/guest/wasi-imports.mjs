// The imports of as-wasi, for guest code that the AssemblyScript pool compiles without tools/transform.mjs.
export default function imports({ memory }) {
  return {
    wasi_snapshot_preview1: {
      random_get(at, size) {
        crypto.getRandomValues(new Uint8Array(memory.buffer, at, size));
        return 0;
      },
      clock_time_get(_id, _precision, at) {
        new DataView(memory.buffer).setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
        return 0;
      },
    },
  };
}
