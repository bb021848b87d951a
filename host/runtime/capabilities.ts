import type { LogLevel } from '../base/log.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from '../kafka/contract.ts';
import type { ConsumerHandle, ProducerHandle } from '../kafka/handles.ts';

/** What one guest instance may reach. Everything else is out of its world. */
export interface Capabilities {
  log(level: LogLevel, message: string, fields: [string, string][]): void;
  openConsumer(connection: Connection, options: ConsumerOptions): Promise<ConsumerHandle>;
  openProducer(connection: Connection, options: ProducerOptions): Promise<ProducerHandle>;
}
