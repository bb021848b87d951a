// SASL OAUTHBEARER with the client credentials grant: oauth.*
import { OauthClient, Sasl, SaslExtension } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { goQuote } from './go-values';
import { Parameter, text } from './parameter';
import { Values } from './values';

export const OAUTHBEARER = 'OAUTHBEARER';

export function oauthParameters(): Parameter[] {
  return [
    text(
      'oauth.tokenEndpoint',
      '',
      'URL of the token endpoint, such as https://login.example.com/oauth2/token. The connector gets tokens there with the client credentials grant, and ' +
        'renews them before they end. Needed by saslMechanism OAUTHBEARER.',
    ),
    text('oauth.clientID', '', 'Client ID at the token endpoint. Needed by saslMechanism OAUTHBEARER.'),
    text('oauth.clientSecret', '', 'Client secret at the token endpoint. Needed by saslMechanism OAUTHBEARER.').asSecret(),
    text('oauth.scope', '', 'Scopes to ask for, separated by blanks.'),
    text(
      'oauth.extensions',
      '',
      'SASL extensions that go with the token, as a comma separated list of name=value. Confluent Cloud takes logicalCluster and identityPoolId.',
    ),
    text(
      'oauth.caCert',
      '',
      "Certificate authorities that the token endpoint's certificate is checked against, besides the well-known ones: PEM text, one certificate or more.",
    ).asSecret(),
  ];
}

export function parseOauth(values: Values): Sasl | null {
  const endpoint = values.text('oauth.tokenEndpoint');
  requireOf(values, OAUTHBEARER, ['oauth.tokenEndpoint', 'oauth.clientID', 'oauth.clientSecret']);
  if (endpoint.length != 0 && !isUrl(endpoint))
    values.refuse(
      'oauth.tokenEndpoint',
      'invalid oauth.tokenEndpoint: ' + goQuote(endpoint) + ' is not a URL that begins with https:// or http://, without user and password',
    );
  else if (endpoint.startsWith('http://'))
    log(Level.warn, 'oauth.tokenEndpoint begins with http://, so the client secret is sent without encryption; use https://');
  return Sasl.oauthbearer(
    new OauthClient(
      endpoint,
      values.text('oauth.clientID'),
      values.text('oauth.clientSecret'),
      values.text('oauth.scope'),
      parseExtensions(values),
      values.text('oauth.caCert'),
    ),
  );
}

/** Refuses each of these settings that is not set. */
export function requireOf(values: Values, mechanism: string, names: string[]): void {
  for (let i = 0; i < names.length; i++)
    if (values.text(names[i]).length == 0)
      values.refuse(names[i], 'invalid SASL config: saslMechanism ' + mechanism + ' needs ' + names[i] + ', which is not set');
}

/** A scheme, then at least one character of a host. The host of the connector parses the rest. */
function isUrl(url: string): bool {
  const rest = url.startsWith('https://') ? url.substring(8) : url.startsWith('http://') ? url.substring(7) : '';
  if (rest.length == 0 || rest.startsWith('/') || rest.startsWith(':') || rest.includes('@')) return false;
  for (let i = 0; i < url.length; i++) if (url.charCodeAt(i) <= 0x20) return false;
  return true;
}

function parseExtensions(values: Values): SaslExtension[] {
  const out: SaslExtension[] = [];
  const given = values.text('oauth.extensions');
  if (given.length == 0) return out;
  const list = given.split(',');
  for (let i = 0; i < list.length; i++) {
    const item = list[i].trim(),
      equals = item.indexOf('=');
    const name = equals < 0 ? item : item.substring(0, equals).trim(),
      value = equals < 0 ? '' : item.substring(equals + 1).trim();
    const problem = extensionProblem(name, value);
    if (problem === null) out.push(new SaslExtension(name, value));
    else
      values.refuse(
        'oauth.extensions',
        'invalid oauth.extensions: ' + (i + 1).toString() + '. extension ' + goQuote(item) + ': ' + problem,
      );
  }
  return out;
}

/** RFC 7628, 3.1: names are letters, values are printable ASCII. */
function extensionProblem(name: string, value: string): string | null {
  if (name.length == 0 || value.length == 0) return 'expected name=value';
  if (name == 'auth') return '"auth" is the name of the token';
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i) | 0x20;
    if (c < 0x61 || c > 0x7a) return 'a name consists of letters';
  }
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return 'a value consists of printable ASCII characters';
  }
  return null;
}
