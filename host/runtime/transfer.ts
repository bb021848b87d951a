// Byte arrays between threads are transferred, never cloned: cloning a view copies the whole buffer behind it.

/** The buffers of all byte arrays in a value. Each array must span its whole buffer and be used by no other code. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  collect(value, buffers);
  return [...buffers];
}

/** The same value with a copy of each byte array, and the buffers of the copies. */
export function copied(value: unknown): { value: unknown; buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  return { value: copy(value, buffers), buffers };
}

// The recursion is shallow, because WIT has no recursive types.
function collect(value: unknown, buffers: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    if (value.byteLength > 0) buffers.add(value.buffer as ArrayBuffer);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, buffers);
  } else {
    for (const name in value) collect((value as Record<string, unknown>)[name], buffers);
  }
}

function copy(value: unknown, buffers: ArrayBuffer[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const bytes = new Uint8Array(value);
    if (bytes.length > 0) buffers.push(bytes.buffer);
    return bytes;
  }
  if (ArrayBuffer.isView(value)) return value; // structured clone copies arrays of other element types
  if (Array.isArray(value)) return value.map((item) => copy(item, buffers));
  const fields: Record<string, unknown> = {};
  for (const name in value) fields[name] = copy((value as Record<string, unknown>)[name], buffers);
  return fields;
}
