// Kafka headers as OpenCDC metadata. A header is bytes, metadata is text, and one text that is not UTF-8 makes a whole protobuf
// message unreadable in Go. So:
//
//   name and value UTF-8      kafka.header.<name>                        = the value
//   value not UTF-8           kafka.headerBase64.<name>                  = base64 of the value
//   name not UTF-8            kafka.headerNameBase64.<base64 of name>    = base64 of the value
//
// A prefix of its own, and not a second entry beside the first, so that base64 is never taken for the text, no header name can be
// mistaken for a marker, and one entry that a processor removes or renames leaves nothing half behind. A destination writes all
// three back as the exact bytes. A null value becomes "" and stays so. Of headers with the same name the last one counts.
import { literal } from '../bytes/memory';

export const PREFIX = literal('kafka.header.');
export const PREFIX_SIZE: u32 = 13;
export const VALUE_PREFIX = literal('kafka.headerBase64.');
export const VALUE_PREFIX_SIZE: u32 = 19;
export const NAME_PREFIX = literal('kafka.headerNameBase64.');
export const NAME_PREFIX_SIZE: u32 = 23;
