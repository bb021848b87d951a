import type { Connection } from '../../host/kafka/contract.ts';

/** A connection as a guest asks for it. A field that the WIT gains is given its value here, for all tests. */
export function connectionTo(servers: string | readonly string[], more: Partial<Connection> = {}): Connection {
  return { servers: typeof servers === 'string' ? servers.split(',') : [...servers], clientId: 'test', ...more };
}
