import { ADDRCONFIG } from 'node:dns';
import dns from 'node:dns/promises';

/** The addresses of a name, in the order in which they are to be tried. Rejects with an error that has a `code` (`ENOTFOUND`). */
export type Resolve = (name: string) => Promise<string[]>;

/** The system's resolver (hosts file included), all addresses, in its own order. It has no bound of its own: who calls it sets one. */
export const systemResolve: Resolve = async (name) => {
  // Without ADDRCONFIG a machine without IPv6 gets addresses that it cannot reach. Windows knows no such flag.
  const hints = process.platform === 'win32' ? 0 : ADDRCONFIG;
  return (await dns.lookup(name, { all: true, order: 'verbatim', hints })).map(({ address }) => address);
};
