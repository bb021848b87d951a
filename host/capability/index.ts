import type { Log } from '../base/log.ts';
import type { SecretReader } from '../base/secrets.ts';
import type { Kafka } from '../kafka/index.ts';
import type { Capability } from '../runtime/capability.ts';
import type { CapabilityTable } from '../runtime/connector-parts.ts';
import { clockCapability } from './clock.ts';
import { kafkaCapabilities } from './kafka.ts';
import { logCapability, type LogBounds } from './log.ts';
import { randomCapability } from './random.ts';

export { kafkaCapabilities } from './kafka.ts';
export { withSchemas, type SchemaParts } from './schemas.ts';

/** The capabilities that reach nothing outside the host, for one connector: the log, the wall clock, randomness. */
export function standardCapabilities(log: Log, bounds: LogBounds): Capability[] {
  return [logCapability(log, bounds), clockCapability(), randomCapability()];
}

/** The capability table of a connector that may also use Kafka. */
export function withKafka(kafka: (secrets: SecretReader, log: Log) => Kafka): CapabilityTable {
  return (secrets, log, limits) => [...standardCapabilities(log, limits), ...kafkaCapabilities(kafka(secrets, log))];
}
