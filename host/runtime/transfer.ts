// Byte arrays between threads: they are transferred, never cloned, because a clone of a view copies all of the buffer behind it.

/** The buffers of all byte arrays in a value, which must be whole buffers that nobody else holds. */
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

// WIT has no recursive types, so no value is deep.
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
  if (ArrayBuffer.isView(value)) return value; // of another element type: structured clone copies it
  if (Array.isArray(value)) return value.map((item) => copy(item, buffers));
  const fields: Record<string, unknown> = {};
  for (const name in value) fields[name] = copy((value as Record<string, unknown>)[name], buffers);
  return fields;
}
