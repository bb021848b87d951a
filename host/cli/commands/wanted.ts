import { ConnectorError } from '../../base/errors.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from '../../kafka/contract.ts';
import type { Kafka, LookParts } from '../../kafka/index.ts';
import type { Settings, Side } from '../settings/settings.ts';
import { configure, teardown, type Context } from './context.ts';

/** What the component asks of Kafka when it opens. */
export interface Wanted {
  connection: Connection;
  parts: LookParts;
  consumer: ConsumerOptions | null;
  producer: ProducerOptions | null;
}

/**
 * Lets the component check the settings, and open as far as the first thing that it asks of Kafka, which it does not get. Rejects with what keeps it from
 * coming so far, `config.invalid` for wrong settings. `position`: where a source is opened.
 */
export async function whatIsWanted(context: Context, side: Side, settings: Settings, position: Uint8Array | null = null): Promise<Wanted> {
  const seen: { wanted: Wanted | null } = { wanted: null };
  const capabilities = context.connectors.watched((_kafka, parts): Kafka => {
    const see = (connection: Connection, options: Pick<Wanted, 'consumer' | 'producer'>): never => {
      seen.wanted = { connection, parts, ...options };
      throw new ConnectorError('cancelled', 'what the component asks of Kafka has been seen');
    };
    return {
      openConsumer: async (connection, consumer) => see(connection, { consumer, producer: null }),
      openProducer: async (connection, producer) => see(connection, { consumer: null, producer }),
    };
  });
  const choice = { log: context.log, capabilities };
  const connector = side === 'source' ? context.connectors.source(choice) : context.connectors.destination(choice);
  try {
    await configure(context, side, connector, settings);
    await (side === 'source' ? (connector as Source).open(position) : (connector as Destination).open());
  } catch (error) {
    if (seen.wanted === null) throw error;
  } finally {
    await teardown({ ...context, log: () => undefined }, side, connector);
  }
  if (seen.wanted === null) throw new ConnectorError('config.invalid', 'this connector does not use Kafka, so there is no cluster to ask');
  return seen.wanted;
}
