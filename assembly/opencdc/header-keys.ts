// The mapping of Kafka headers to OpenCDC metadata. A header is bytes and metadata is text, and one text that is not UTF-8 makes the whole
// protobuf message unreadable in Go. So the mapping is:
//
//   name and value UTF-8      kafka.header.<name>                        = the value
//   value not UTF-8           kafka.headerBase64.<name>                  = base64 of the value
//   name not UTF-8            kafka.headerNameBase64.<base64 of name>    = base64 of the value
//
// The encoding is part of the prefix, and not a second entry: so base64 is never taken for the text, no header name can be mistaken for a
// marker, and a processor that removes or renames an entry leaves no second one behind. A destination writes the exact bytes of all three.
//
// If several headers have the same name, the last one counts, and a null value becomes "", which is written back as an empty value. With
// `keepAllHeaders` of the source nothing is lost:
//
//   null value                        kafka.headerNull.<name>                              = ""
//   null value, name not UTF-8        kafka.headerNullNameBase64.<base64 of name>          = ""
//   a later header has the name       kafka.headerRepeated.<index>.<one of the keys above without "kafka.">
//
// The last header of a name keeps the key that it has without the setting. The index is the header's place among all headers of the record, with
// as many digits as the last one, so that the keys sort like the headers. A destination writes the repeated ones first, so headers of one name
// keep their order; Kafka's clients look headers up by name, so the order of different names has no meaning.
import { literal } from '../bytes/memory';

export const PREFIX = literal('kafka.header.');
export const PREFIX_SIZE: u32 = 13;
export const VALUE_PREFIX = literal('kafka.headerBase64.');
export const VALUE_PREFIX_SIZE: u32 = 19;
export const NAME_PREFIX = literal('kafka.headerNameBase64.');
export const NAME_PREFIX_SIZE: u32 = 23;
export const NULL_PREFIX = literal('kafka.headerNull.');
export const NULL_PREFIX_SIZE: u32 = 17;
export const NULL_NAME_PREFIX = literal('kafka.headerNullNameBase64.');
export const NULL_NAME_PREFIX_SIZE: u32 = 27;
export const REPEATED_PREFIX = literal('kafka.headerRepeated.');
export const REPEATED_PREFIX_SIZE: u32 = 21;
/** Size of "kafka.", which the keys of repeated headers have only once. */
export const KAFKA_SIZE: u32 = 6;
