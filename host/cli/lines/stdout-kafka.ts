import { ConnectorError } from '../../base/errors.ts';
import type { Outgoing } from '../../kafka/contract.ts';
import type { Kafka, ProducerHandle } from '../../kafka/index.ts';
import type { Settings } from '../settings/settings.ts';
import { eachValue } from './record-values.ts';
import type { LineOutput } from './line-output.ts';

const NEWLINE = Buffer.from('\n');

/**
 * A Kafka whose producer writes to standard output: the value of each record becomes a line. With it a destination prints OpenCDC JSON, so that the component
 * has the only encoder.
 */
export function stdoutKafka(output: LineOutput): Kafka {
  const producer: ProducerHandle = {
    async send(outgoing: Outgoing[]) {
      const parts: Uint8Array[] = [];
      for (const { records } of outgoing) {
        eachValue(records, (value) => {
          if (value !== null) parts.push(value, NEWLINE);
        });
      }
      await output.write(Buffer.concat(parts));
      return [];
    },
    close: () => Promise.resolve(),
  };
  return {
    openProducer: () => Promise.resolve(producer),
    openConsumer: () => Promise.reject(new ConnectorError('internal', 'the printing destination reads nothing')),
  };
}

/** Settings of the destination that prints. The address and the topic are not used, because it cannot reach the network. */
export const PRINTING: Readonly<Settings> = {
  servers: 'stdout:1',
  topic: 'stdout',
  'sdk.record.format': 'opencdc/json',
  compression: 'none',
  batchBytes: '104857600',
};
