import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Settings } from '../base/settings.ts';
import type { Kafka } from '../kafka/index.ts';
import type { Net } from '../net/net.ts';
import type { ComponentSource } from '../runtime/component.ts';
import type { CapabilityTable } from '../runtime/connector-parts.ts';

/** One component as a program: what the plugin and the command line need to know of it beyond its specification. */
export interface Program {
  readonly component: () => Promise<ComponentSource>;
  /** What a source or a destination of it may import. */
  capabilities(use: CapabilityUse): CapabilityTable;
  /** In place of the component's own defaults where Conduit runs it, for settings of a destination that are not set. */
  destinationDefaults?: Settings;
  /** Conduit has deleted a source for good: removes what is left of it elsewhere. Never rejects. */
  sourceDeleted?(settings: Settings, connectorId: string, log: Log): Promise<void>;
}

export interface CapabilityUse {
  /** Conduit's name for the connector; empty without Conduit. */
  connectorId: string;
  /** Stands between the component and the Kafka that it is granted. A program without Kafka has no use for it. */
  readonly watch?: (kafka: Kafka, parts: { secrets: SecretReader; log: Log; net: Net }) => Kafka;
  /** How Kafka is reached. Default: every address is allowed. */
  readonly net?: Net;
}
