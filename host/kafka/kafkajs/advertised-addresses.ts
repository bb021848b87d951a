/**
 * Addresses that brokers advertise, and that this machine cannot reach. A client asks one of its servers, is told where the leaders are, and must
 * connect there. Where that fails nothing works although a server answers, so an operator is told of both addresses.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { after } from '../../base/wait.ts';
import type { Net } from '../../net/net.ts';
import { dialFailure } from './errors.ts';

/** A dial that has got no answer for so long is told of; it goes on until its own time is over. */
const SLOW_MS = 5_000;
/** A failure that is older says nothing of now: the address may not be advertised any more. */
const FRESH_MS = 60_000;
/** Addresses: brokers may advertise new ones in every answer. */
const MAX_KEPT = 1_000;

interface State {
  /** It was connected to once, so it is advertised well. Where it fails now its broker is down. */
  isGood: boolean;
  /** Null: none, or it is reached. */
  failure: { text: string; at: number } | null;
}

export interface AdvertisedDial<T> {
  log: Log;
  /** False once the client is closed or has given the connection up: its failure then says nothing of the address. */
  isWanted: () => boolean;
  connect: () => Promise<T>;
}

const known = new WeakMap<Net, Map<string, AdvertisedAddresses>>();

export class AdvertisedAddresses {
  readonly #states = new Map<string, State>();
  /** The servers that have answered. */
  readonly #answered = new Set<string>();

  /** All clients of a connector that begin with the same servers share what they learn, so that it is told once. */
  static of(net: Net, servers: readonly string[]): AdvertisedAddresses {
    const ofNet = known.get(net) ?? new Map<string, AdvertisedAddresses>();
    known.set(net, ofNet);
    const key = servers.join();
    const addresses = ofNet.get(key) ?? new AdvertisedAddresses();
    ofNet.set(key, addresses);
    return addresses;
  }

  /** A server of the settings is connected. */
  answered(host: string, port: number): void {
    this.#answered.add(addressOf(host, port));
  }

  /** What keeps clients from the brokers, for errors; null if every advertised address is reached. */
  get problem(): string | null {
    const failures = [...this.#states.values()].flatMap(({ failure }) => failure ?? []);
    const fresh = failures.filter(({ at }) => performance.now() - at < FRESH_MS);
    return fresh.length === 0 ? null : fresh.map(({ text }) => text).join('; ');
  }

  /** Connects to an advertised address. What it rejects with says where the address is from, unless nobody waits for it any more. */
  async dial<T>(host: string, port: number, { log, isWanted, connect }: AdvertisedDial<T>): Promise<T> {
    const address = addressOf(host, port);
    const state = this.#state(address);
    const failed = (error: Error): Error => {
      if (state.isGood || error instanceof ConnectorError || !isWanted()) return error;
      const text = this.#text(address, dialFailure(host, port, error).text);
      if (state.failure?.text !== text) log('warn', text, { address });
      state.failure = { text, at: performance.now() };
      return Object.assign(new Error(text, { cause: error }), { code: (error as NodeJS.ErrnoException).code });
    };
    const cancel = after(SLOW_MS, () => void failed(TIMEOUT));
    try {
      const connection = await connect();
      if (state.failure !== null) log('info', `connected to ${address}`, { address });
      state.isGood = true;
      state.failure = null;
      return connection;
    } catch (error) {
      throw failed(error as Error);
    } finally {
      cancel();
    }
  }

  #state(address: string): State {
    let state = this.#states.get(address);
    if (state === undefined) {
      state = { isGood: false, failure: null };
      if (this.#states.size >= MAX_KEPT) this.#states.clear();
      this.#states.set(address, state);
    }
    return state;
  }

  #text(address: string, failure: string): string {
    const servers = [...this.#answered];
    const who = servers.length === 1 ? `the broker at ${servers[0]} advertises` : `the brokers at ${servers.join(', ')} advertise`;
    return `${who} the address ${address}, to which no connection can be made: ${failure}; check advertised.listeners of the brokers`;
  }
}

const TIMEOUT = Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
