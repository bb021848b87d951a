// JSON that Go's methods of the record give: goccy/go-json's bytes.
import { RECORD_VALUE } from './data';
import { putJson } from './json-writer';
import { close, open } from './text';
import { Type, Value } from './value';

/** Data.Bytes of structured data. */
export function structJson(v: Value, out: Value): void {
  open();
  putJson(v, true, false);
  close(out, Type.bytes);
}

/** Record.Bytes without a serializer. */
export function opencdcJson(out: Value): void {
  open();
  putJson(RECORD_VALUE, true, false);
  close(out, Type.bytes);
}
