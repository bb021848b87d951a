// The brokers to connect to first: servers, comma separated host:port, [v6]:port, host, v6; without a port 9092.
import { goQuote } from './go-values';
import { Parameter, text } from './parameter';
import { Values } from './values';

const NAME = 'servers';
const DEFAULT_PORT = '9092';

export function serversParameters(): Parameter[] {
  return [
    text(
      'servers',
      '',
      'Addresses of Kafka brokers to connect to first, as a comma separated list of host:port; the port defaults to 9092. ' +
        'The other brokers of the cluster are found through them.',
    ).required(),
  ];
}

/**
 * The addresses as host:port. Reports every bad one. Must be called before the table is validated, because an error in the list replaces the
 * table's error for the setting.
 */
export function parseServers(values: Values): string[] {
  const out: string[] = [];
  // A blank value that the user wrote is an empty list element, and not a missing setting.
  if (values.isGiven(NAME) && values.text(NAME).length == 0) {
    values.refuse(NAME, 'invalid servers: empty 1. server');
    return out;
  }
  if (values.text(NAME).length == 0) return out; // reported as required
  const list = values.text(NAME).split(',');
  for (let i = 0; i < list.length; i++) {
    const address = list[i].trim();
    if (address.length == 0) {
      values.refuse(NAME, 'invalid servers: empty ' + (i + 1).toString() + '. server');
      continue;
    }
    const problem = append(address, out);
    if (problem !== null) values.refuse(NAME, 'invalid servers: ' + (i + 1).toString() + '. server ' + goQuote(address) + ': ' + problem);
  }
  return out;
}

function append(address: string, out: string[]): string | null {
  if (address.includes('://')) return 'expected host:port, remove the part up to "://"';
  let host = address,
    port = DEFAULT_PORT;
  if (address.startsWith('[')) {
    const close = address.indexOf(']');
    if (close < 0) return 'missing "]" in address';
    host = address.substring(0, close + 1);
    const rest = address.substring(close + 1);
    if (rest.length != 0) {
      if (!rest.startsWith(':')) return 'expected ":port" after "]"';
      port = rest.substring(1);
    }
    if (host.length == 2) return 'host is missing';
  } else {
    const colon = address.indexOf(':');
    if (colon >= 0 && colon != address.lastIndexOf(':'))
      host = '[' + address + ']'; // an IPv6 address without a port
    else if (colon >= 0) {
      host = address.substring(0, colon);
      port = address.substring(colon + 1);
    }
    if (host.length == 0) return 'host is missing';
  }
  for (let i = 0; i < host.length; i++) {
    if (host.charCodeAt(i) <= 0x20) return 'host has a blank in it';
    if ('${}()<>*?!"\'`\\/;&|=#@'.includes(host.charAt(i)))
      return 'host has ' + goQuote(host.charAt(i)) + ' in it, which no host name or address contains: if it is a variable, write its value';
  }
  let number = 0;
  for (let i = 0; i < port.length; i++) {
    const c = port.charCodeAt(i);
    if (c < 0x30 || c > 0x39) return 'unable to parse port from addr: strconv.ParseInt: parsing ' + goQuote(port) + ': invalid syntax';
    number = number * 10 + (c - 0x30);
    if (number > 65535) break;
  }
  if (number < 1 || number > 65535) return 'unable to parse port from addr: ' + goQuote(port) + ' is not between 1 and 65535';
  out.push(host + ':' + port);
  return null;
}
