import { isIPv6, SocketAddress } from 'node:net';
import { domainToASCII } from 'node:url';
import { ConnectorError } from '../base/errors.ts';

/** Characters that separate the parts of a URL. A host never holds one, and `domainToASCII` would ignore the text from there on. */
const FOREIGN = /[\s/\\?#@:%<>^|[\]]|\p{Cc}/u;

/** A host in the one spelling that is looked up, checked, dialled and verified. */
export interface HostName {
  /** Lower case, without a final dot or brackets; an IP address in its canonical form. This is what a policy sees. */
  host: string;
  /** The name for the resolver: `host`, with its final dot if the text had one, so that the resolver appends no search domain. */
  lookup: string;
  /** The address if the host is an IP address, which is not looked up; else null. A link-local address keeps its zone. */
  address: string | null;
}

/**
 * Brings a host into its one spelling. An IPv4 address can be written as one number (`2130706433`), in hex (`0x7f.1`), in octal
 * (`0177.0.0.1`), shortened (`127.1`) or within IPv6 (`::ffff:127.0.0.1`). The system dials 127.0.0.1 for each of these, so each becomes
 * `127.0.0.1` here. Throws ConnectorError `config.invalid` for a text that is no host.
 */
export function hostName(text: string): HostName {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIPv6(bare)) {
    const address = canonicalAddress(bare);
    return { host: address, lookup: address, address };
  }
  const ascii = FOREIGN.test(bare) ? '' : domainToASCII(bare);
  const host = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (host === '') throw new ConnectorError('config.invalid', `expected a host name or an IP address, got ${JSON.stringify(text)}`);
  return { host, lookup: ascii, address: IPV4.test(host) ? host : null };
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The form that `domainToASCII` gives to every IPv4 address. */
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * An IP address as `inet_ntop` writes it. IPv4 within IPv6 (`::ffff:0:0/96`) becomes IPv4, because the system dials that. Only link-local
 * addresses keep their zone: it means nothing in others.
 */
export function canonicalAddress(text: string): string {
  if (!isIPv6(text)) return text;
  const [bare = '', zone] = text.split('%');
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return zone !== undefined && LINK_LOCAL.test(address) ? `${address}%${zone}` : address;
}

const LINK_LOCAL = /^fe[89ab]/;
