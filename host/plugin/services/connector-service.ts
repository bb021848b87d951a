import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InvalidParam } from '../../runtime/contract.ts';
import type { Call } from '../grpc/call.ts';
import type { Method } from '../grpc/server.ts';
import { StatusError } from '../grpc/status.ts';
import { EMPTY } from '../../conduit/protocol-messages.ts';
import { type Settings } from '../../base/settings.ts';
import { configurationError, statusOf, wrongState } from './grpc-status.ts';

/** The names of the states in the errors of Conduit's SDK. */
export type State = 'Initial' | 'Configured' | 'Started' | 'Running' | 'Stopping' | 'TornDown';

export interface ConnectorServiceOptions<Connector> {
  log: Log;
  connector(): Promise<Connector>;
}

/** The common part of the source and the destination service: one connector, its state, and the stream that it runs on. */
export abstract class ConnectorService<Connector extends { configure(settings: Settings): Promise<InvalidParam[]> }> {
  protected state: State = 'Initial';
  protected connector: Connector | null = null;
  protected call: Call | null = null;
  protected readonly log: Log;
  readonly #side: 'source' | 'destination';
  readonly #options: ConnectorServiceOptions<Connector>;

  constructor(side: 'source' | 'destination', options: ConnectorServiceOptions<Connector>) {
    this.#side = side;
    this.#options = options;
    this.log = options.log;
  }

  /** The methods of the service, by path. */
  abstract methods(): [path: string, method: Method][];

  /** Closes the connector. May be called in any state, any number of times. */
  abstract teardown(): Promise<void>;

  /** Ends the stream for a reason that lies outside the connector. */
  abort(error: ConnectorError): void {
    this.call?.fail(statusOf(error));
  }

  protected async configure(settings: Settings): Promise<Uint8Array> {
    this.expect('Initial');
    this.connector ??= await this.#options.connector();
    const invalid = await this.connector.configure(settings);
    if (invalid.length > 0) throw configurationError(invalid);
    this.advance('Initial', 'Configured');
    return EMPTY;
  }

  /** Logs the error and ends the stream with it. It is logged with its code and fields because Conduit keeps only the text. */
  protected failed(call: Call, error: unknown): void {
    if (!call.open) return;
    const status = statusOf(error);
    const known = error instanceof StatusError ? null : ConnectorError.from(error);
    this.log('error', `the ${this.#side} has failed: ${status.message}`, known === null ? {} : { ...known.fields, code: known.code });
    call.fail(status);
  }

  protected expect(state: State): void {
    if (this.state !== state) throw wrongState([state], this.state);
  }

  /** Changes the state, unless Teardown was called while the call waited: that state is final. */
  protected advance(from: State, to: State): void {
    if (this.state === from) this.state = to;
  }
}

/** A method with one request and one answer, whose errors become a status. */
export function unary(path: string, run: (request: Buffer) => Promise<Uint8Array>): [path: string, method: Method] {
  return [
    path,
    {
      unary: async (request) => {
        try {
          return await run(request);
        } catch (error) {
          throw statusOf(error);
        }
      },
    },
  ];
}
