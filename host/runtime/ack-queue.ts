/** Source.Run.Request messages that wait for the guest. Concatenated they are one protobuf message, so one call delivers many. */
export class AckQueue {
  #messages: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(message: Uint8Array): void {
    this.#messages.push(message);
    this.#bytes += message.length;
  }

  /** Takes the first messages as one, at most `maxBytes` but at least one message; null if there are none. */
  take(maxBytes: number): Uint8Array | null {
    const first = this.#messages[0];
    if (first === undefined) return null;
    let count = 1;
    let size = first.length;
    while (count < this.#messages.length && size + this.#messages[count]!.length <= maxBytes) size += this.#messages[count++]!.length;
    this.#bytes -= size;
    if (count === 1) return this.#messages.shift()!;
    const joined = new Uint8Array(size);
    let at = 0;
    for (const message of this.#messages.splice(0, count)) {
      joined.set(message, at);
      at += message.length;
    }
    return joined;
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }
}
