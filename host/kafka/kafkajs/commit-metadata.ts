import type { Log } from '../../base/log.ts';

/** The text that goes beside every committed offset, until a broker refuses it: offsets matter more. */
export class CommitMetadata {
  readonly #log: Log;
  #text: string | null;

  /** Null: none. */
  constructor(text: string | null, log: Log) {
    this.#text = text;
    this.#log = log;
  }

  get text(): string | null {
    return this.#text;
  }

  /** The broker takes no text of this length; from now on there is none. */
  refused(): void {
    if (this.#text === null) return;
    const bytes = String(Buffer.byteLength(this.#text));
    this.#text = null;
    const consequence = 'so a group whose name was made up stays when its connector is deleted';
    this.#log(
      'warn',
      `offsets are committed without metadata, which offset.metadata.max.bytes of the broker is too small for, ${consequence}`,
      {
        metadataBytes: bytes,
      },
    );
  }
}
