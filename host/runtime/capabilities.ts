import type { LogLevel } from '../base/log.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from '../kafka/contract.ts';
import type { ConsumerHandle, ProducerHandle } from '../kafka/handles.ts';

export interface OpenContext {
  signal: AbortSignal;
}

/** What one guest instance may reach. Everything else is out of its world. */
export interface Capabilities {
  log(level: LogLevel, message: string, fields: [string, string][]): void;
  /** The signal: the instance has ended. What opens then stops dialling at once, closes its sockets and rejects with `cancelled`. */
  openConsumer(connection: Connection, options: ConsumerOptions, context: OpenContext): Promise<ConsumerHandle>;
  openProducer(connection: Connection, options: ProducerOptions, context: OpenContext): Promise<ProducerHandle>;
}
