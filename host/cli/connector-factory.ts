import type { CapabilityUse } from '../program/program.ts';
import type { Log } from '../base/log.ts';
import type { Destination } from '../connector/destination.ts';
import type { Source } from '../connector/source.ts';
import type { CapabilityTable } from '../runtime/connector-parts.ts';
import type { Specification } from '../runtime/contract.ts';
import type { Limits } from '../runtime/limits.ts';

export interface ConnectorChoice {
  log: Log;
  /** What the component may import; Kafka is in it if not given. */
  capabilities?: CapabilityTable;
  limits?: Partial<Limits>;
}

/** Where the commands get their connectors. */
export interface Connectors {
  specify(): Promise<Specification>;
  source(choice: ConnectorChoice): Source;
  destination(choice: ConnectorChoice): Destination;
  /** Kafka with a watch of the command's own between the component and it. */
  watched(watch: NonNullable<CapabilityUse['watch']>): ConnectorChoice['capabilities'];
}
