import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { Kafka } from '../kafka/index.ts';
import type { Net } from '../net/net.ts';
import type { ComponentSource } from '../runtime/component.ts';
import type { CapabilityTable } from '../runtime/connector-parts.ts';

/** One component as a program: everything that the plugin and the command line need of it beyond its specification. */
export interface Program {
  readonly component: () => Promise<ComponentSource>;
  /** The capabilities that a source or a destination of the component may import. */
  capabilities(use: CapabilityUse): CapabilityTable;
  /** Defaults for a destination that Conduit runs. They replace the component's own defaults. */
  destinationDefaults?: Settings;
  /** Called when Conduit has deleted a source for good; removes what the source left elsewhere, such as a consumer group. Never rejects. */
  sourceDeleted?(settings: Settings, use: DeletionUse): Promise<void>;
}

export interface DeletionUse {
  /** Conduit's name for the connector that is gone. */
  connectorId: string;
  log: Log;
  /** How Kafka is reached. Default: every address is allowed. */
  readonly net?: Net;
}

export interface CapabilityUse {
  /** Conduit's id of the connector; empty without Conduit. */
  connectorId: string;
  /** Wraps the Kafka that the component is granted. A program without Kafka ignores it. */
  readonly watch?: (kafka: Kafka, parts: { secrets: SecretReader; log: Log; net: Net }) => Kafka;
  /** The network through which Kafka is reached. Default: every address is allowed. */
  readonly net?: Net;
}
