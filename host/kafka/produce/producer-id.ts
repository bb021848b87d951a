/**
 * Producer ids (KIP-98). By producer id and sequence number a broker recognises a batch that it has written already, and does not write it again.
 * kafkajs' own idempotent producer is not used: it takes sequence numbers back after any failure, so that a broker can mistake a later batch for one that
 * is written already, and it sends only one request at a time to each broker.
 */
import type { Log } from '../../base/log.ts';
import type { KafkaClient, ProducerId } from '../client.ts';
import type { Acks } from '../contract.ts';
import { KafkaFault } from '../fault.ts';

export interface ProducerIdsOptions {
  client: Pick<KafkaClient, 'producerId' | 'log'>;
  acks: Acks;
  signal: AbortSignal;
}

/** The producer id of a producer. All partitions share it, until one of them needs another. */
export class ProducerIds {
  readonly #client: ProducerIdsOptions['client'];
  readonly #acks: Acks;
  readonly #signal: AbortSignal;
  readonly #log: Log;
  /** Resolves with null once it is known that writes are not idempotent. */
  #current: Promise<ProducerId | null> | null = null;

  constructor({ client, acks, signal }: ProducerIdsOptions) {
    this.#client = client;
    this.#acks = acks;
    this.#signal = signal;
    this.#log = client.log;
  }

  /** An id other than `spent`, or null if writes are not idempotent. Rejects if the brokers give none now: the caller must ask again. */
  async request(spent?: bigint): Promise<ProducerId | null> {
    for (;;) {
      const request = (this.#current ??= this.#ask());
      const given = await request;
      if (given === null || given.id !== spent) return given;
      if (this.#current === request) this.#current = null;
    }
  }

  async #ask(): Promise<ProducerId | null> {
    if (this.#acks !== 'all') return this.#disable(`"acks" is set to ${this.#acks === 'leader' ? 'one' : this.#acks}`);
    try {
      return await this.#client.producerId(this.#signal);
    } catch (error) {
      if (error instanceof KafkaFault && isRefusal(error)) return this.#disable(`the cluster does not allow them: ${error.message}`);
      this.#current = null; // the next batch asks again
      throw error;
    }
  }

  #disable(why: string): null {
    this.#log('warn', `disabling idempotent writes because ${why}`);
    return null;
  }
}

/** True if this client cannot get an id. A failed login does not count: it fails the writes as well, and is reported with them. */
function isRefusal({ kind, type, retriable }: KafkaFault): boolean {
  if (kind === 'unsupported') return true;
  return type !== null && type !== 'UNKNOWN' && !type.includes('SASL') && !retriable;
}
