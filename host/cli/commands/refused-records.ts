import { InvalidArgumentError } from 'commander';
import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { trimmedSettings } from '../../base/settings.ts';
import { decodeAcks } from '../../conduit/acks.ts';
import { encodeFrames } from '../../conduit/stream-message.ts';
import { ENTRY, RECORD } from '../../conduit/tags.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Param } from '../../runtime/contract.ts';
import { groupsOf } from '../settings/groups.ts';
import type { Settings } from '../settings/settings.ts';
import type { SendOutcomes } from './send-outcomes.ts';
import type { Failure } from './transfer.ts';

/** The action of `pipe` for a refused record: stop, skip the record, or write it to a dead-letter topic. */
export type OnError = 'stop' | 'skip' | { topic: string };

/** Parses the option: `stop`, `skip` or the name of a topic. */
export function onErrorFrom(text: string): OnError {
  if (text === 'stop' || text === 'skip') return text;
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(text) || text === '.' || text === '..') {
    throw new InvalidArgumentError("expected stop, skip or the name of a topic, of letters, digits, '.', '_' and '-'.");
  }
  return { topic: text };
}

export function deadLetterError(topic: string): ConnectorError {
  return new ConnectorError('config.invalid', `--on-error names "${topic}", which is the topic of the destination: name another one`);
}

/** The groups of settings that say how a cluster is reached. A setting that is in no group of these is not inherited, whatever is added later. */
const INHERITED_GROUPS = ['Connection', 'Security'];
const INHERITED = new Set(['servers', 'acks', 'compression', 'deliveryTimeout']);

/**
 * Settings of the destination that writes dead letters: the same cluster and the same care, unchanged keys, values and headers in any partition, and the
 * largest `batchBytes`. `params`: those of the destination.
 */
export function deadLetterSettings(settings: Settings, topic: string, params: readonly Param[]): Settings {
  const reaching = groupsOf(params, 'destination').filter(({ title }) => INHERITED_GROUPS.includes(title));
  const names = new Set([...INHERITED, ...reaching.flatMap((group) => group.params.map(({ name }) => name))]);
  const inherited = Object.entries(trimmedSettings(settings)).filter(([name]) => names.has(name));
  return { ...Object.fromEntries(inherited), topic, 'sdk.record.format': 'raw', writeHeaders: 'true', batchBytes: '104857600' };
}

/** Skips records that are refused by themselves, or writes them to a dead-letter topic. */
export class RefusedRecords {
  /** The number of records that were skipped or written to the dead-letter topic. */
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

  /** Handles the failures of one write (`TransferOptions.failures`). During an outage no record is skipped. */
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

  /** The end of the summary; empty if no record was refused. */
  get summary(): string {
    if (this.count === 0 || this.#onError === 'stop') return '';
    const records = `${this.count} that ${this.count === 1 ? 'was' : 'were'} refused`;
    return this.#onError === 'skip' ? `, skipped ${records}` : `, wrote ${records} to topic "${this.#onError.topic}"`;
  }

  /** Writes dead letters. Resolves with the first record that the dead-letter topic did not accept. */
  async #write(deadLetters: Pick<Destination, 'write'>, failures: readonly Failure[]): Promise<Failure | null> {
    for (const failure of failures) {
      // Records are written one at a time, because each may be as large as Kafka allows.
      const acks = decodeAcks(await deadLetters.write(encodeFrames([deadLetter(failure)])));
      const error = acks[0]?.error;
      if (error === '') continue;
      const why = error === undefined ? 'the write was not acknowledged' : error;
      failure.ack.error = `${failure.ack.error}; writing it to the dead-letter topic failed: ${why}`;
      return failure;
    }
    return null;
  }
}

/** The record with headers for its origin and its error. */
function deadLetter({ ack, record }: Failure): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [name, value] of Object.entries({ ...originOf(ack.position), error: ack.error.toWellFormed() })) {
    writer.uint32(RECORD.metadata).fork();
    writer.uint32(ENTRY.key).string(`kafka.header.dead-letter.${name}`).uint32(ENTRY.value).string(value).ldelim();
  }
  return Buffer.concat([record, writer.finish()]);
}

/** Topic, partition and offset, if the position names them, else the position. */
function originOf(position: Uint8Array): Record<string, string> {
  try {
    const { Topic, Partition, Offset } = JSON.parse(textOf(position)) as Record<string, unknown>;
    if (typeof Topic === 'string' && typeof Partition === 'number' && typeof Offset === 'number')
      return { topic: Topic, partition: String(Partition), offset: String(Offset) };
  } catch {
    // The position of another component has another form.
  }
  return { position: textOf(position).toWellFormed() };
}

/** A position as text. */
export function textOf(position: Uint8Array): string {
  // eslint-disable-next-line no-restricted-globals -- the text is for people, and the component writes positions in UTF-8
  return new TextDecoder().decode(position);
}
