import type { SecretReader } from '../base/secrets.ts';
import type { Log } from '../base/log.ts';
import type { Destination } from '../connector/destination.ts';
import type { Source } from '../connector/source.ts';
import type { Capabilities } from '../runtime/capabilities.ts';
import type { Specification } from '../runtime/contract.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Backlog } from './commands/backlog.ts';

export interface ConnectorChoice {
  log: Log;
  /** What the component may reach; Kafka if not given. */
  capabilities?: (secrets: SecretReader, log: Log) => Capabilities;
  limits?: Partial<Limits>;
}

/** Where the commands get their connectors. */
export interface Connectors {
  specify(): Promise<Specification>;
  source(choice: ConnectorChoice): Source;
  destination(choice: ConnectorChoice): Destination;
  /** Kafka for a source, watched by a backlog. */
  watched(backlog: Backlog): ConnectorChoice['capabilities'];
}
