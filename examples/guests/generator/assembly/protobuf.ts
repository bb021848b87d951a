// As much of protobuf as the records here need: fields of numbers and of bytes.
import { arenaAlloc } from '../../../../assembly/abi/arena';
import { varintSize, writeVarint } from '../../../../assembly/bytes/varint';

/** A message of fields that are bytes; each is added at the end. */
export class Message {
  private parts: StaticArray<u8>[] = [];
  size: i32 = 0;

  bytes(field: u8, value: StaticArray<u8>): Message {
    const header = new StaticArray<u8>(1 + varintSize(value.length));
    header[0] = <u8>((field << 3) | 2);
    writeVarint(changetype<usize>(header) + 1, value.length);
    return this.raw(header).raw(value);
  }
  text(field: u8, value: string): Message {
    return this.bytes(field, utf8(value));
  }
  /** Below 128. */
  number(field: u8, value: u8): Message {
    const both = new StaticArray<u8>(2);
    both[0] = <u8>(field << 3);
    both[1] = value;
    return this.raw(both);
  }
  message(field: u8, value: Message): Message {
    return this.bytes(field, value.build());
  }
  build(): StaticArray<u8> {
    const all = new StaticArray<u8>(this.size);
    this.copyTo(changetype<usize>(all));
    return all;
  }
  /** For what leaves the component. */
  inArena(): usize {
    const at = arenaAlloc(this.size, 1);
    this.copyTo(at);
    return at;
  }
  private copyTo(to: usize): void {
    for (let i = 0; i < this.parts.length; i++) {
      const part = this.parts[i];
      memory.copy(to, changetype<usize>(part), part.length);
      to += part.length;
    }
  }
  private raw(bytes: StaticArray<u8>): Message {
    this.parts.push(bytes);
    this.size += bytes.length;
    return this;
  }
}

export function utf8(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(String.UTF8.byteLength(text));
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, changetype<usize>(bytes));
  return bytes;
}

/** Walks over the fields of a message: `next` until it is false. */
export class Fields {
  field: u32 = 0;
  /** Of a field of bytes. */
  at: usize = 0;
  size: u32 = 0;

  constructor(
    private position: usize,
    private end: usize,
  ) {}

  next(): bool {
    if (this.position >= this.end) return false;
    const tag = this.varint();
    this.field = tag >> 3;
    const wire = tag & 7;
    this.size = wire == 2 ? this.varint() : 0;
    this.at = this.position;
    if (wire == 0) this.varint();
    else this.position += wire == 2 ? <usize>this.size : wire == 1 ? <usize>8 : <usize>4;
    return true;
  }
  text(): string {
    return String.UTF8.decodeUnsafe(this.at, this.size);
  }
  private varint(): u32 {
    let value: u32 = 0;
    let shift = 0;
    while (true) {
      const byte = load<u8>(this.position++);
      value |= (<u32>(byte & 127)) << shift;
      if (byte < 128) return value;
      shift += 7;
    }
  }
}
