import { BlockList, isIPv4 } from 'node:net';
import { canonicalAddress } from './host-name.ts';

/**
 * The kind of network that an address belongs to. `metadata` addresses are cloud services that give out credentials. A `translated` address is an
 * IPv6 address that carries an IPv4 address for a translator or a tunnel: which host it reaches depends on the network. `unspecified` addresses
 * reach this machine.
 */
export type AddressClass =
  'metadata' | 'loopback' | 'unspecified' | 'private' | 'shared' | 'link-local' | 'multicast' | 'translated' | 'reserved' | 'public';

/** The first class that has a matching range counts. */
const RANGES: readonly [AddressClass, string[]][] = [
  ['metadata', ['169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  // Carrier-grade NAT (RFC 6598): private networks of providers and clouds.
  ['shared', ['100.64.0.0/10']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  // NAT64 (RFC 6052, 8215), SIIT (RFC 2765), 6to4, Teredo, IPv4-compatible.
  ['translated', ['64:ff9b::/96', '64:ff9b:1::/48', '::ffff:0:0:0/96', '2002::/16', '2001::/32', '::/96']],
  [
    'reserved',
    ['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '100::/64', '2001:db8::/32'],
  ],
];

const LISTS = RANGES.map(([name, ranges]) => {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/');
    list.addSubnet(net, Number(prefix), isIPv4(net) ? 'ipv4' : 'ipv6');
  }
  return [name, list] as const;
});

/** The class of an IP address in any spelling that `isIP` takes. */
export function addressClass(address: string): AddressClass {
  const [bare = ''] = canonicalAddress(address).split('%');
  const family = isIPv4(bare) ? 'ipv4' : 'ipv6';
  return LISTS.find(([, list]) => list.check(bare, family))?.[0] ?? 'public';
}
