/** Replaces kafkajs' produce request and its request frame, so that an encoded record batch is copied once on its way to the socket. */

/** One partition of a produce request. kafkajs' `broker.produce` passes it on unchanged. */
export interface PartitionData {
  partition: number;
  /** The whole encoded record batch. */
  batch: Buffer;
}

export interface ProduceData {
  acks: number;
  /** How long the broker may wait for its replicas, in milliseconds. */
  timeout: number;
  topicData: readonly { topic: string; partitions: readonly PartitionData[] }[];
}

interface Body {
  readonly buffer: Buffer;
  size(): number;
}

/** A request in the form of kafkajs' protocol modules. */
interface Request {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  expectResponse: () => boolean;
  encode: () => Promise<Body>;
}

/** A request body in pieces, which `frame` copies. */
class Pieces implements Body {
  readonly pieces: Uint8Array[] = [];
  #length = 0;

  push(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.#length += piece.length;
  }
  int16(value: number): void {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    this.push(bytes);
  }
  int32(value: number): void {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    this.push(bytes);
  }
  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.int16(bytes.length);
    this.push(bytes);
  }
  size(): number {
    return this.#length;
  }
  get buffer(): Buffer {
    return Buffer.concat(this.pieces, this.#length);
  }
}

/** Produce request version 3. The bodies of versions 3 to 7 are the same; kafkajs' later versions only change the number. */
export function produce({ acks, timeout, topicData }: ProduceData): Request {
  return {
    apiKey: 0,
    apiVersion: 3,
    apiName: 'Produce',
    expectResponse: () => acks !== 0,
    encode: async () => {
      const body = new Pieces();
      body.int16(-1); // no transactional id
      body.int16(acks);
      body.int32(timeout);
      body.int32(topicData.length);
      for (const { topic, partitions } of topicData) {
        body.text(topic);
        body.int32(partitions.length);
        for (const { partition, batch } of partitions) {
          body.int32(partition);
          body.int32(batch.length);
          body.push(batch);
        }
      }
      return body;
    },
  };
}

interface FrameOptions {
  correlationId: number;
  clientId: string;
  request: Pick<Request, 'apiKey' | 'apiVersion' | 'encode'>;
}

/** Frames any request with its header. kafkajs' own function copies a request twice more, into zeroed buffers of the next power of two. */
export async function frame({ correlationId, clientId, request }: FrameOptions): Promise<Body> {
  const body = await request.encode();
  const client = Buffer.from(clientId, 'utf8');
  const headerBytes = 14 + client.length;
  const bytes = Buffer.allocUnsafe(headerBytes + body.size());
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(request.apiKey, 4);
  bytes.writeInt16BE(request.apiVersion, 6);
  bytes.writeInt32BE(correlationId, 8);
  bytes.writeInt16BE(client.length, 12);
  bytes.set(client, 14);
  let at = headerBytes;
  for (const piece of body instanceof Pieces ? body.pieces : [body.buffer]) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { buffer: bytes, size: () => bytes.length };
}
