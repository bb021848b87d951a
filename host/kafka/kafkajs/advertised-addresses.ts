/**
 * Keeps the advertised addresses that this machine cannot reach. A client asks one of its servers, gets the addresses of the leaders, and must connect
 * to these. If that fails, nothing works although a server answers, so a warning names both addresses.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { after } from '../../base/wait.ts';
import { hostPort } from '../../net/host-name.ts';
import type { Net } from '../../net/net.ts';
import { dialFailure } from './errors.ts';

/** A dial without an answer for so long is reported. It continues until its own timeout. */
const SLOW_MS = 5_000;
/** An older failure is ignored, because the address may no longer be advertised. */
const FRESH_MS = 60_000;
/** Most addresses that are kept: brokers may advertise new ones in every answer. */
const MAX_KEPT = 1_000;

interface State {
  /** The address was reached once, so it is correct. If it fails now, its broker is down. */
  isGood: boolean;
  /** The last failure; null if there is none, or the address is reached. */
  failure: { text: string; at: number } | null;
  /** The reasons that were reported since the address was reached last. */
  reported: Set<string>;
}

export interface AdvertisedDial<T> {
  log: Log;
  /** False once the client is closed or has abandoned the connection. A failure then says nothing about the address. */
  isWanted: () => boolean;
  connect: () => Promise<T>;
}

const known = new WeakMap<Net, Map<string, AdvertisedAddresses>>();

export class AdvertisedAddresses {
  readonly #states = new Map<string, State>();
  /** The servers that have answered. */
  readonly #answered = new Set<string>();

  /** The instance for a connector's clients with the same servers. They share it, so that an address is reported once. */
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
    this.#answered.add(hostPort(host, port));
  }

  /** For error texts: the advertised addresses that cannot be reached, with the reasons; null if there is none. */
  get problem(): string | null {
    const failures = [...this.#states.values()].flatMap(({ failure }) => failure ?? []);
    const fresh = failures.filter(({ at }) => performance.now() - at < FRESH_MS);
    return fresh.length === 0 ? null : fresh.map(({ text }) => text).join('; ');
  }

  /** Connects to an advertised address. Its error names the server that advertised the address, unless the connection was abandoned. */
  async dial<T>(host: string, port: number, { log, isWanted, connect }: AdvertisedDial<T>): Promise<T> {
    const address = hostPort(host, port);
    const state = this.#state(address);
    const failed = (error: Error): Error => {
      if (state.isGood || error instanceof ConnectorError || !isWanted()) return error;
      const reason = dialFailure(host, port, error).text;
      const text = this.#text(address, reason);
      if (!state.reported.has(reason)) log('warn', text, { address });
      state.reported.add(reason);
      state.failure = { text, at: performance.now() };
      return Object.assign(new Error(text, { cause: error }), { code: (error as NodeJS.ErrnoException).code });
    };
    const cancel = after(SLOW_MS, () => void failed(TIMEOUT));
    try {
      const connection = await connect();
      if (state.failure !== null) log('info', `connected to ${address}`, { address });
      state.isGood = true;
      state.failure = null;
      state.reported.clear();
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
      state = { isGood: false, failure: null, reported: new Set() };
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
