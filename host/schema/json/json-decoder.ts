import { DataWriter } from '../../conduit/data-writer.ts';
import { isObject, parseJson, writeObject } from './json-values.ts';

/** Decodes JSON texts: an object becomes structured data, other JSON stays raw. */
export class JsonDecoder {
  readonly #writer = new DataWriter();

  prepare(): undefined {
    return undefined;
  }

  decode(bytes: Uint8Array): Uint8Array {
    const value = parseJson(bytes);
    return isObject(value) ? this.#writer.structured((sink) => writeObject(sink, value)) : this.#writer.raw(bytes);
  }

  keep(bytes: Uint8Array): Uint8Array {
    return this.#writer.raw(bytes);
  }
}
