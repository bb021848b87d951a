// OpenCDC records as a test writes them, in protobuf's field names.

/** Data that holds bytes. */
export const raw = (value: string | Buffer) => ({ raw_data: Buffer.from(value) });
/** Data that holds a google.protobuf.Struct. */
export const struct = (fields: Record<string, object>) => ({ structured_data: { fields } });
export const text = (value: Buffer | null | undefined) => value?.toString() ?? null;
/** A small record of the collection `orders`; `more` wins. */
export const record = (position: string, more: object = {}) => ({
  position: Buffer.from(position),
  operation: 1,
  metadata: { 'opencdc.collection': 'orders' },
  key: raw('k'),
  payload: { after: raw('v') },
  ...more,
});
