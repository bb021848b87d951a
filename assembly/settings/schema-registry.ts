// The schema registry: schemaRegistry.url, schemaRegistry.username, schemaRegistry.password, schemaRegistry.token.
import { PasswordLogin, SchemaRegistry } from '../abi/kafka';
import { goQuote } from './go-values';
import { Parameter, text } from './parameter';
import { tlsFiles } from './tls';
import { Values } from './values';

const URL = 'schemaRegistry.url';
const USERNAME = 'schemaRegistry.username';
const PASSWORD = 'schemaRegistry.password';
const TOKEN = 'schemaRegistry.token';

export function schemaRegistryParameters(): Parameter[] {
  return [
    text(
      URL,
      '',
      'Address of a schema registry with the API of Confluent: http://host:port or https://host:port, with a path if it has one. ' +
        'A comma separated list names several servers of one registry. ' +
        'An https address uses clientCert, clientKey, caCert and insecureSkipVerify as the brokers do, whatever tls.enabled says.',
    ),
    text(USERNAME, '', 'User name for the schema registry (HTTP basic authentication). Needs schemaRegistry.password.'),
    text(PASSWORD, '', 'Password for the schema registry. Needs schemaRegistry.username.').asSecret(),
    text(TOKEN, '', 'Token for the schema registry (HTTP bearer authentication), in place of user name and password.').asSecret(),
  ];
}

/** The registry; null if there is none. `needed`: the setting that needs one, empty if none does. */
export function parseSchemaRegistry(values: Values, needed: string): SchemaRegistry | null {
  const username = values.text(USERNAME),
    password = values.text(PASSWORD),
    token = values.text(TOKEN);
  if (username.length == 0 && password.length != 0) values.refuse(USERNAME, USERNAME + ' is missing: ' + PASSWORD + ' is set');
  if (password.length == 0 && username.length != 0) values.refuse(PASSWORD, PASSWORD + ' is missing: ' + USERNAME + ' is set');
  if (token.length != 0 && username.length != 0)
    values.refuse(TOKEN, 'expected ' + TOKEN + ' or ' + USERNAME + ' with ' + PASSWORD + ', got both: remove one');
  const urls = parseUrls(values);
  if (urls.length == 0) {
    if (needed.length != 0 && values.isValid(URL))
      values.refuse(URL, URL + ' is missing: ' + needed + ' ' + goQuote(values.text(needed)) + ' needs a schema registry');
    return null;
  }
  let login: PasswordLogin | null = null;
  if (username.length != 0) login = new PasswordLogin(username, password);
  return new SchemaRegistry(urls, login, token, tlsFiles(values));
}

function parseUrls(values: Values): string[] {
  const out: string[] = [];
  if (values.text(URL).length == 0) return out;
  const list = values.text(URL).split(',');
  for (let i = 0; i < list.length; i++) {
    const url = list[i].trim();
    const problem = urlProblem(url);
    if (problem !== null) values.refuse(URL, 'invalid ' + URL + ': ' + (i + 1).toString() + '. address: ' + problem);
    out.push(url.endsWith('/') ? url.substring(0, url.length - 1) : url);
  }
  return out;
}

/** The text does not quote the address, which may hold a password. */
function urlProblem(url: string): string | null {
  const start = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : 0;
  if (start == 0) return 'expected http://host:port or https://host:port';
  if (url.includes('@')) return 'a user name in an address is not supported, set ' + USERNAME + ' and ' + PASSWORD;
  if (url.includes('?') || url.includes('#')) return 'expected an address without "?" and "#"';
  const slash = url.indexOf('/', start);
  const host = url.substring(start, slash < 0 ? url.length : slash);
  if (host.length == 0 || host.startsWith(':')) return 'host is missing';
  for (let i = 0; i < url.length; i++) if (url.charCodeAt(i) <= 0x20) return 'the address has a blank in it';
  return null;
}
