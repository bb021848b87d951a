import { withKafka, withSchemas } from '../capability/index.ts';
import { createKafka } from '../kafka/index.ts';
import { Net } from '../net/net.ts';
import { cleanUpDeletedSource, ownerText } from './deleted-source.ts';
import type { Program } from './program.ts';
import { componentOfFolder, type ComponentSource } from '../runtime/component.ts';

/**
 * In Conduit a destination retries through an outage of any length unless the operator has set `deliveryTimeout`. A refused record ends a
 * pipeline that has no dead-letter queue, and arch-v2 of Conduit v0.19.0 never restarts it; the Go connector has no limit there either. The
 * specification's default (10s) is for programs whose user sees the failure.
 */
const PATIENT = { deliveryTimeout: '0s' };

/** The Kafka connector. */
export function kafkaProgram(component: () => Promise<ComponentSource> = () => componentOfFolder()): Program {
  return {
    component,
    capabilities: ({ connectorId, watch, net = new Net() }) =>
      withKafka((secrets, log) => {
        const commitMetadata = connectorId === '' ? undefined : ownerText(connectorId);
        const parts = { secrets, log, net };
        const kafka = withSchemas(createKafka({ ...parts, commitMetadata }), parts);
        return watch?.(kafka, parts) ?? kafka;
      }),
    destinationDefaults: PATIENT,
    sourceDeleted: (settings, { connectorId, log, net = new Net() }) =>
      cleanUpDeletedSource(settings, { connectorId, component, net, log }),
  };
}
