// What the parsed configuration says, for the data path.
import { Connection } from '../abi/kafka';
import { TopicTemplate } from '../template/topic-template';

export class SourceSettings {
  connection: Connection = new Connection();
  topics: string[] = [];
  /** Empty: the user named no consumer group. */
  group: string = '';
  readFromBeginning: bool = false;
  /** Commit when this many acknowledgements are pending; 0 and 1: with every one. */
  commitOffsetsSize: i32 = 1000;
  /** Commit this long after the first pending acknowledgement; 0 or less: never by time. */
  commitOffsetsDelayMs: i64 = 5000;
}

/** Values of `sdk.record.format`. */
export namespace Format {
  export const opencdcJson: u8 = 0;
  export const raw: u8 = 1;
}

export class DestinationSettings {
  connection: Connection = new Connection();
  /** As configured, static or a template. */
  topic: string = '';
  /** `topic`, parsed. */
  topicTemplate: TopicTemplate = new TopicTemplate();
  /** A case of Acks. */
  acks: u8 = 0;
  /** 0 = no limit. */
  deliveryTimeoutMs: u32 = 0;
  /** A case of Compression. */
  compression: u8 = 0;
  batchBytes: u32 = 0;
  /** A case of Format. */
  format: u8 = 0;
  /** Write `kafka.header.*` metadata back as headers. */
  writeHeaders: bool = true;
}
