/** The connections of a producer. They are made when they are needed, and replaced when they cannot recover. */
import { cancelledBy, onAbort } from '../../base/abort.ts';
import type { BatchWriter, KafkaClient, Lookups } from '../client.ts';

const CLOSE_MS = 1_000;

export interface Connected {
  writer: BatchWriter;
  lookups: Lookups;
}

export class Connections {
  readonly #client: Pick<KafkaClient, 'writer' | 'lookups'>;
  readonly #requestTimeoutMs: number | undefined;
  readonly #signal: AbortSignal;
  #connected: Promise<Connected> | null = null;

  /** The signal ends connections that are being made. `close` ends the others, and lets them write their last requests. */
  constructor(client: Pick<KafkaClient, 'writer' | 'lookups'>, requestTimeoutMs: number | undefined, signal: AbortSignal) {
    this.#client = client;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#signal = signal;
  }

  /** The connections. Rejects if no broker answers; the next call tries again. */
  get(): Promise<Connected> {
    if (this.#signal.aborted) return Promise.reject(cancelledBy(this.#signal));
    this.#connected ??= this.#open().catch((error: unknown) => {
      this.#connected = null;
      throw error;
    });
    return this.#connected;
  }

  /** Makes the next `get` connect again, unless the connections have been replaced already. */
  async renew(writer: Pick<BatchWriter, 'write'>): Promise<void> {
    const connecting = this.#connected;
    const connected = await connecting?.catch(() => null);
    if (connected?.writer === writer && this.#connected === connecting) await this.close();
  }

  async close(): Promise<void> {
    const connecting = this.#connected;
    this.#connected = null;
    const connected = await connecting?.catch(() => null);
    if (connected) await closeBoth(connected, CLOSE_MS);
  }

  async #open(): Promise<Connected> {
    const requestTimeoutMs = this.#requestTimeoutMs;
    const connected = {
      writer: this.#client.writer({ requestTimeoutMs }),
      lookups: this.#client.lookups({ retries: 1, requestTimeoutMs }),
    };
    const forget = onAbort(this.#signal, () => void closeBoth(connected, 0));
    try {
      await Promise.all([connected.writer.connect(), connected.lookups.connect()]);
      return connected;
    } catch (error) {
      await closeBoth(connected, 0);
      throw error;
    } finally {
      forget();
    }
  }
}

async function closeBoth({ writer, lookups }: Connected, graceMs: number): Promise<void> {
  await Promise.all([writer.close(graceMs), lookups.close(graceMs)]);
}
