/** Sends the client's message of a login to the broker; resolves with the broker's. Rejects if the broker refuses, or the connection is lost. */
export type Exchange = (message: Buffer) => Promise<Buffer>;

/** A mechanism that kafkajs does not have, or not well. */
export interface Mechanism {
  /** Gets what a login needs from elsewhere. It is called before the broker is told of the login, because that may take time. */
  prepare(): Promise<void>;
  logIn(broker: { host: string }, exchange: Exchange): Promise<void>;
}
