import { InvalidArgumentError } from 'commander';
import protobuf from 'protobufjs/minimal.js';
import type { Log } from '../../base/log.ts';
import { trimmedSettings } from '../../base/settings.ts';
import { decodeAcks } from '../../conduit/acks.ts';
import { encodeFrames } from '../../conduit/stream-message.ts';
import { ENTRY, RECORD } from '../../conduit/tags.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Settings } from '../settings/settings.ts';
import type { SendOutcomes } from './send-outcomes.ts';
import type { Failure } from './transfer.ts';

/** What `pipe` does with a record that is refused: it ends, leaves the record out, or writes it into a dead-letter topic. */
export type OnError = 'stop' | 'skip' | { topic: string };

/** `stop`, `skip` or the name of a topic, for the option of the command line. */
export function onErrorFrom(text: string): OnError {
  if (text === 'stop' || text === 'skip') return text;
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(text) || text === '.' || text === '..') {
    throw new InvalidArgumentError("expected stop, skip or the name of a topic, of letters, digits, '.', '_' and '-'.");
  }
  return { topic: text };
}

/** Settings of the destination that writes dead letters: the same cluster, keys, values and headers as they came, of any size that Kafka takes. */
export function deadLetterSettings(settings: Settings, topic: string): Settings {
  const ownAndSdk = Object.entries(trimmedSettings(settings)).filter(([name]) => !name.startsWith('sdk.'));
  return { ...Object.fromEntries(ownAndSdk), topic, 'sdk.record.format': 'raw', writeHeaders: 'true', batchBytes: '104857600' };
}

/** Skips records that are refused for themselves, or writes them into a dead-letter topic. */
export class RefusedRecords {
  /** How many were dealt with. */
  count = 0;
  readonly #onError: OnError;
  readonly #outcomes: SendOutcomes;
  readonly #deadLetters: Pick<Destination, 'write'> | null;
  readonly #log: Log;
  #notForThemselves = 0;

  constructor(options: { onError: OnError; outcomes: SendOutcomes; deadLetters: Pick<Destination, 'write'> | null; log: Log }) {
    this.#onError = options.onError;
    this.#outcomes = options.outcomes;
    this.#deadLetters = options.deadLetters;
    this.#log = options.log;
  }

  /** The failures of one write; see `TransferOptions.failures`. An outage is no reason to leave a record out. */
  readonly deal = async (failures: readonly Failure[]): Promise<Failure | null> => {
    const { notForThemselves } = this.#outcomes;
    const isOutage = notForThemselves > this.#notForThemselves;
    this.#notForThemselves = notForThemselves;
    if (this.#onError === 'stop' || isOutage) return failures[0] ?? null;
    const left = this.#deadLetters === null ? null : await this.#write(this.#deadLetters, failures);
    const done = left === null ? failures : failures.slice(0, failures.indexOf(left));
    const where = this.#onError === 'skip' ? 'skipped' : `written to topic "${this.#onError.topic}"`;
    for (const { ack } of done) this.#log('warn', `the record at ${textOf(ack.position)} is ${where}: ${ack.error}`);
    this.count += done.length;
    return left;
  };

  /** Ends the sentence that tells what was done; empty if there was nothing to deal with. */
  get summary(): string {
    if (this.count === 0 || this.#onError === 'stop') return '';
    const records = `${this.count} that ${this.count === 1 ? 'was' : 'were'} refused`;
    return this.#onError === 'skip' ? `, skipped ${records}` : `, wrote ${records} to topic "${this.#onError.topic}"`;
  }

  /** Resolves with the first one that the dead-letter topic did not take. */
  async #write(deadLetters: Pick<Destination, 'write'>, failures: readonly Failure[]): Promise<Failure | null> {
    for (const failure of failures) {
      // One at a time: each may be as large as Kafka allows.
      const acks = decodeAcks(await deadLetters.write(encodeFrames([deadLetter(failure)])));
      const error = acks[0]?.error;
      if (error === '') continue;
      const why = error === undefined ? 'it was not answered' : error;
      failure.ack.error = `${failure.ack.error}; the dead-letter topic has not taken it: ${why}`;
      return failure;
    }
    return null;
  }
}

/** The record with headers that say where it comes from and why it is here. */
function deadLetter({ ack, record }: Failure): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [name, value] of Object.entries({ ...originOf(ack.position), error: ack.error.toWellFormed() })) {
    writer.uint32(RECORD.metadata).fork();
    writer.uint32(ENTRY.key).string(`kafka.header.dead-letter.${name}`).uint32(ENTRY.value).string(value).ldelim();
  }
  return Buffer.concat([record, writer.finish()]);
}

/** Topic, partition and offset, where the position names them. */
function originOf(position: Uint8Array): Record<string, string> {
  try {
    const { Topic, Partition, Offset } = JSON.parse(textOf(position)) as Record<string, unknown>;
    if (typeof Topic === 'string' && typeof Partition === 'number' && typeof Offset === 'number')
      return { topic: Topic, partition: String(Partition), offset: String(Offset) };
  } catch {
    // Another component's position.
  }
  return { position: textOf(position).toWellFormed() };
}

/** A position as text. */
export function textOf(position: Uint8Array): string {
  // eslint-disable-next-line no-restricted-globals -- for people, and of the component, which writes UTF-8
  return new TextDecoder().decode(position);
}
