// The mapping of Kafka headers to OpenCDC metadata. A header is bytes and metadata is text, and one text that is not UTF-8 makes the whole
// protobuf message unreadable in Go. So the mapping is:
//
//   name and value UTF-8      kafka.header.<name>                        = the value
//   value not UTF-8           kafka.headerBase64.<name>                  = base64 of the value
//   name not UTF-8            kafka.headerNameBase64.<base64 of name>    = base64 of the value
//
// The encoding is part of the prefix, and not a second entry: so base64 is never taken for the text, no header name can be mistaken for a
// marker, and a processor that removes or renames an entry leaves no second one behind. A destination writes the exact bytes of all three. A
// null value becomes "", and is written back as an empty value. If several headers have the same name, the last one counts.
import { literal } from '../bytes/memory';

export const PREFIX = literal('kafka.header.');
export const PREFIX_SIZE: u32 = 13;
export const VALUE_PREFIX = literal('kafka.headerBase64.');
export const VALUE_PREFIX_SIZE: u32 = 19;
export const NAME_PREFIX = literal('kafka.headerNameBase64.');
export const NAME_PREFIX_SIZE: u32 = 23;
