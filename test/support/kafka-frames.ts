/** Kafka's messages on a connection: each has its length before it. */

/** Cuts bytes into Kafka's frames, without their lengths. */
export function frames(each: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      each(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  };
}

/** With its length before it. */
export function sized(frame: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}
