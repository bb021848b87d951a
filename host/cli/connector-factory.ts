import type { CapabilityUse } from '../program/program.ts';
import type { Log } from '../base/log.ts';
import type { Destination } from '../connector/destination.ts';
import type { Source } from '../connector/source.ts';
import type { CapabilityTable } from '../runtime/connector-parts.ts';
import type { Specification } from '../runtime/contract.ts';
import type { Limits } from '../runtime/limits.ts';

export interface ConnectorChoice {
  log: Log;
  /** The capabilities that the component may import. Default: those of the program. */
  capabilities?: CapabilityTable;
  limits?: Partial<Limits>;
  /** True: settings are checked as in Conduit, whose schema service is not reached. The connector must not be opened. */
  isInConduit?: boolean;
}

/** Makes the connectors of the commands. */
export interface Connectors {
  specify(): Promise<Specification>;
  source(choice: ConnectorChoice): Source;
  destination(choice: ConnectorChoice): Destination;
  /** The capabilities of the program, with `watch` around Kafka. */
  watched(watch: NonNullable<CapabilityUse['watch']>): ConnectorChoice['capabilities'];
}
