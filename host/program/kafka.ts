import { withKafka } from '../capability/index.ts';
import { createKafka } from '../kafka/index.ts';
import { Net } from '../net/net.ts';
import { cleanUpDeletedSource, ownerText } from './deleted-source.ts';
import type { Program } from './program.ts';
import { componentOfFolder, type ComponentSource } from '../runtime/component.ts';

/**
 * A destination waits out an outage, however long, unless the operator has set `deliveryTimeout`. A record that is refused ends a pipeline
 * without a dead-letter queue, and arch-v2 of Conduit v0.19.0 never starts that again; the Go connector has no limit there either. The default
 * of the specification is for programs that can ask their user.
 */
const PATIENT = { deliveryTimeout: '0s' };

/** The Kafka connector. */
export function kafkaProgram(component: () => Promise<ComponentSource> = () => componentOfFolder()): Program {
  return {
    component,
    capabilities: ({ connectorId, watch, net = new Net() }) =>
      withKafka((secrets, log) => {
        const commitMetadata = connectorId === '' ? undefined : ownerText(connectorId);
        const kafka = createKafka({ secrets, log, net, commitMetadata });
        return watch?.(kafka, { secrets, log, net }) ?? kafka;
      }),
    destinationDefaults: PATIENT,
    sourceDeleted: (settings, connectorId, log) => cleanUpDeletedSource(settings, { connectorId, component, net: new Net(), log }),
  };
}
