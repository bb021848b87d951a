import type { Log } from '../log.ts';
import type { Capabilities, SecretReader } from '../runtime/contract.ts';

/** A look at the consumer of a source from outside: how far it is behind the end of its topics. */
export interface Watch {
  capabilities?: (secrets: SecretReader, log: Log) => Capabilities;
  /** Records between the read position and the end, over all assigned partitions; null while that is not known. */
  lag: () => bigint | null;
}

export function watchSource(): Watch {
  return { lag: () => null };
}
