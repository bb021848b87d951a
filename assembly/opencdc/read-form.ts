/** The form of the OpenCDC records that a source makes. */
export class ReadForm {
  constructor(
    /** A null value makes a delete, not a create. */
    readonly tombstonesAsDeletes: bool = false,
    /** Repeated headers and null values of headers are kept. */
    readonly keepAllHeaders: bool = false,
    /** Metadata for partition, offset, timestamp type and leader epoch. */
    readonly kafkaMetadata: bool = false,
  ) {}
}
