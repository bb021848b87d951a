/** The parts of kafkajs 2.2.4 that `raw-records.ts` replaces or builds on; kafkajs has no types for them. */
declare module 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js' {
  interface Decoder {
    readInt32(): number;
    canReadBytes(size: number): boolean;
    readBytes(size: number): Buffer;
  }
  export default function decodeMessages(decoder: Decoder): Promise<object[]>;
}
declare module 'kafkajs/src/protocol/requests/produce/v3/request.js' {
  interface PartitionData {
    partition: number;
    messages: object[];
    firstSequence?: number;
  }
  interface ProduceData {
    acks: number;
    timeout: number;
    transactionalId?: string | null;
    producerId?: string;
    producerEpoch?: number;
    compression?: number;
    topicData: { topic: string; partitions: PartitionData[] }[];
  }
  interface Request {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    expectResponse?: () => boolean;
    encode: () => Promise<{ buffer: Buffer; size(): number }>;
  }
  export default function request(data: ProduceData): Request;
}
declare module 'kafkajs/src/protocol/request.js' {
  interface Frame {
    correlationId: number;
    clientId: string;
    request: { apiKey: number; apiVersion: number; encode: () => Promise<{ buffer: Buffer; size(): number }> };
  }
  export default function frame(options: Frame): Promise<{ buffer: Buffer; size(): number }>;
}
declare module 'kafkajs/src/consumer/filterAbortedMessages.js' {
  interface Options {
    messages: object[];
    abortedTransactions?: { producerId: string; firstOffset: string }[];
  }
  export default function filterAbortedMessages(options: Options): object[];
}
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface Pushed {
    entry: { correlationId: number };
    expectResponse: boolean;
    sendRequest(): void;
  }
  export default class RequestQueue {
    readonly pending: readonly object[];
    scheduleCheckPendingRequests(): void;
    push(request: Pushed): void;
    fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
    maybeThrottle(ms: number): void;
    destroy(): void;
  }
}
