import { ADDRCONFIG } from 'node:dns';
import dns from 'node:dns/promises';

/** The addresses of a name, in the order in which they are to be tried. Rejects with an error that has a `code` (`ENOTFOUND`). */
export type Resolve = (name: string) => Promise<string[]>;

/** All addresses from the system's resolver (hosts file included), in its order. It has no time limit of its own: the caller must set one. */
export const systemResolve: Resolve = async (name) => {
  // Without ADDRCONFIG a machine that has no IPv6 gets addresses that it cannot reach. Windows does not have the flag.
  const hints = process.platform === 'win32' ? 0 : ADDRCONFIG;
  return (await dns.lookup(name, { all: true, order: 'verbatim', hints })).map(({ address }) => address);
};
