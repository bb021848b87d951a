import protobuf from 'protobufjs';
import { ConnectorError } from '../../base/errors.ts';
import type { DataWriter } from '../../conduit/data-writer.ts';
import type { Format, ParsedSchema, SchemaData, SchemaText } from '../format.ts';
import { fileOfDescriptor } from './descriptor.ts';
import { readIndexes } from './indexes.ts';
import { messageOrder, type MessageNode } from './message-order.ts';
import { messageOf } from './encoding.ts';
import { writeMessage } from './values.ts';

export const protobufFormat: Format = {
  name: 'protobuf',
  type: 'PROTOBUF',
  parse: (schema, what) => {
    try {
      return new ProtobufSchema(schema);
    } catch (cause) {
      throw new ConnectorError('input.invalid', `could not parse the Protobuf schema ${what}: ${(cause as Error).message}`, { cause });
    }
  },
};

interface File {
  readonly package: string;
  readonly messages: readonly MessageNode[];
}

class ProtobufSchema implements ParsedSchema {
  readonly name: string;
  readonly #root: protobuf.Root;
  readonly #file: File;
  readonly #types = new Map<string, protobuf.Type>();
  readonly #first: protobuf.Type;

  constructor({ text, dependencies }: SchemaText) {
    this.#root = new protobuf.Root();
    for (const file of ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers']) {
      const { nested } = protobuf.common.get(`google/protobuf/${file}.proto`) ?? {};
      if (nested !== undefined) this.#root.addJSON(nested);
    }
    for (const dependency of dependencies) addFile(this.#root, dependency.text);
    this.#file = addFile(this.#root, text);
    this.#root.resolveAll();
    this.#first = this.#type([0]);
    this.name = this.#first.fullName.slice(1);
  }

  decode(bytes: Buffer, writer: DataWriter): Uint8Array {
    const { indexes, start } = readIndexes(bytes);
    const type = this.#type(indexes);
    const message = type.decode(bytes.subarray(start));
    return writer.structured((sink) => writeMessage(sink, type, message));
  }

  /** Writes the first message of the file. */
  encode(data: SchemaData, header: Buffer): Uint8Array {
    const message = messageOf(this.#first, data.fields(), '');
    return Buffer.concat([header, Buffer.from([0]), this.#first.encode(message).finish()]);
  }

  #type(indexes: readonly number[]): protobuf.Type {
    const key = indexes.join('.');
    let type = this.#types.get(key);
    if (type === undefined) {
      let { messages } = this.#file;
      let path = this.#file.package;
      for (const index of indexes) {
        const node = messages[index];
        if (node === undefined || node.name === null)
          throw new ConnectorError('schema.mismatch', `the schema has no message with the indexes ${key}`);
        path += `.${node.name}`;
        messages = node.messages;
      }
      type = this.#root.lookupType(path.startsWith('.') ? path : `.${path}`);
      this.#types.set(key, type);
    }
    return type;
  }
}

/** Adds a file, which is a .proto text, or a serialized `FileDescriptorProto` in base64, as some serializers register it. Imports are found among the dependencies. */
function addFile(root: protobuf.Root, text: string): File {
  const described = fileOfDescriptor(text, root);
  if (described !== null) return described;
  const parsed = protobuf.parse(text, root, { keepCase: true });
  return { package: parsed.package ?? '', messages: messageOrder(text) };
}
