import type { Writer } from 'protobufjs/minimal.js';
import { checkStructDepth } from './struct-depth.ts';
import { ENTRY, LIST_VALUE, STRUCT, VALUE } from './tags.ts';

/**
 * Takes the content of a `google.protobuf.Struct`. An object is a series of `beginField(key)`, one value, `endField()`; a list is a series of
 * `beginItem()`, one value, `endItem()`. Throws `input.invalid` for data that is nested too deeply.
 */
export interface StructSink {
  beginField(key: string): void;
  endField(): void;
  beginItem(): void;
  endItem(): void;
  beginObject(): void;
  beginList(): void;
  /** Ends an object or a list. */
  end(): void;
  null(): void;
  bool(value: boolean): void;
  number(value: number): void;
  string(value: string): void;
  /** An integer of 64 bits. The sink says what becomes of one that a 64-bit float cannot hold. */
  integer(value: bigint | number): void;
}

/** Writes a Struct with a writer of protobufjs. */
export class StructWriter implements StructSink {
  readonly #writer: Writer;
  readonly #what: string | undefined;
  #depth = 0;

  /** `what`: the name of the data in the error for data that is nested too deeply. */
  constructor(writer: Writer, what?: string) {
    this.#writer = writer;
    this.#what = what;
  }

  beginField(key: string): void {
    this.#writer.uint32(STRUCT.fields).fork().uint32(ENTRY.key).string(key.toWellFormed()).uint32(ENTRY.value).fork();
  }

  endField(): void {
    this.#writer.ldelim().ldelim();
  }

  beginItem(): void {
    this.#writer.uint32(LIST_VALUE.values).fork();
  }

  endItem(): void {
    this.#writer.ldelim();
  }

  beginObject(): void {
    checkStructDepth(++this.#depth, this.#what);
    this.#writer.uint32(VALUE.structValue).fork();
  }

  beginList(): void {
    checkStructDepth(++this.#depth, this.#what);
    this.#writer.uint32(VALUE.listValue).fork();
  }

  /** Ends an object or a list. */
  end(): void {
    this.#depth--;
    this.#writer.ldelim();
  }

  null(): void {
    this.#writer.uint32(VALUE.nullValue).int32(0);
  }

  bool(value: boolean): void {
    this.#writer.uint32(VALUE.boolValue).bool(value);
  }

  number(value: number): void {
    this.#writer.uint32(VALUE.numberValue).double(value);
  }

  string(value: string): void {
    this.#writer.uint32(VALUE.stringValue).string(value.toWellFormed());
  }

  /** An integer of 64 bits. One that a 64-bit float might change goes into a field of our own (`VALUE.integerValue`). */
  integer(value: bigint | number): void {
    const float = Number(value);
    if (Number.isSafeInteger(float)) this.number(float);
    else this.#writer.uint32(VALUE.integerValue).int64(halvesOf(BigInt(value)));
  }
}

/** protobufjs takes 64 bits as two halves. */
function halvesOf(value: bigint): number {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false } as unknown as number;
}
