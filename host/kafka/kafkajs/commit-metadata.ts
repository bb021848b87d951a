import type { Log } from '../../base/log.ts';

/** The metadata text of every committed offset, until a broker refuses it: committing the offset matters more. */
export class CommitMetadata {
  readonly #log: Log;
  #text: string | null;

  /** `text`: null for commits without metadata. */
  constructor(text: string | null, log: Log) {
    this.#text = text;
    this.#log = log;
  }

  get text(): string | null {
    return this.#text;
  }

  /** The broker refuses a text of this length: from now on offsets are committed without metadata. */
  refused(): void {
    if (this.#text === null) return;
    const bytes = String(Buffer.byteLength(this.#text));
    this.#text = null;
    const consequence = 'so the group is not deleted with its connector if its name was made up';
    this.#log(
      'warn',
      `offsets are committed without metadata because offset.metadata.max.bytes of the broker is too small for it, ${consequence}`,
      {
        metadataBytes: bytes,
      },
    );
  }
}
