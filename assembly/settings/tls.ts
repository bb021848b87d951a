// TLS: tls.enabled, clientCert, clientKey, clientKeyPassword, caCert, insecureSkipVerify.
import { Tls } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { Parameter, boolean, text } from './parameter';
import { Values } from './values';

export function tlsParameters(): Parameter[] {
  return [
    boolean(
      'tls.enabled',
      '',
      'Connect through TLS. When not set, TLS is on if clientCert, clientKey or caCert is set, else off. ' +
        'When false, the three are ignored with a warning.',
    ),
    text('clientCert', '', 'Client certificate for mutual TLS: PEM text, or file:/path of a file with it. Needs clientKey.').asSecret(),
    text('clientKey', '', 'Private key of the client certificate: PEM text, or file:/path of a file with it. Needs clientCert.').asSecret(),
    text('clientKeyPassword', '', 'Password of clientKey, if it is encrypted (PEM blocks with ENCRYPTED in their head).').asSecret(),
    text(
      'caCert',
      '',
      "Certificate authorities that the brokers' certificates are checked against, besides the well-known ones: PEM text, one certificate or more, or file:/path of a file with it.",
    ).asSecret(),
    boolean(
      'insecureSkipVerify',
      'false',
      'Accept any certificate and host name from the brokers. The connection is encrypted, but the broker is not authenticated: for tests only. Has an effect only with TLS.',
    ),
  ];
}

/**
 * The TLS settings; null without TLS. Certificates and keys are references here, so that only an empty value can be recognised; the host checks the
 * PEM.
 */
export function parseTls(values: Values): Tls | null {
  const cert = values.text('clientCert'),
    key = values.text('clientKey'),
    password = values.text('clientKeyPassword'),
    ca = values.text('caCert');
  const isSet = cert.length != 0 || key.length != 0 || ca.length != 0;
  if (!values.isValid('tls.enabled') || !values.isValid('insecureSkipVerify')) return null;
  const isOn = values.text('tls.enabled').length == 0 ? isSet : values.flag('tls.enabled');
  if (!isOn) {
    if (isSet && !usesHttps(values)) log(Level.warn, 'clientCert, clientKey and caCert have no effect because tls.enabled is false');
    if (values.flag('insecureSkipVerify') && !usesHttps(values))
      log(Level.warn, 'insecureSkipVerify has no effect because TLS is not enabled');
    return null;
  }
  if (cert.length == 0 && key.length != 0)
    values.refuse('clientCert', 'invalid TLS config: client TLS configuration incomplete, clientCert is missing');
  if (key.length == 0 && cert.length != 0)
    values.refuse('clientKey', 'invalid TLS config: client TLS configuration incomplete, clientKey is missing');
  if (key.length == 0 && password.length != 0)
    values.refuse('clientKeyPassword', 'invalid TLS config: clientKeyPassword has no clientKey to decrypt, clientKey is missing');
  return new Tls(cert, key, password, ca, values.flag('insecureSkipVerify'));
}

/** True if the schema registry is reached through TLS. Blanks around the addresses are checked elsewhere. */
function usesHttps(values: Values): bool {
  return values.text('schemaRegistry.url').includes('https://');
}

/** TLS of a connection that its address turns on, such as https; null if no setting asks for anything but the default. */
export function tlsFiles(values: Values): Tls | null {
  const cert = values.text('clientCert'),
    key = values.text('clientKey'),
    ca = values.text('caCert');
  const skipsVerification = values.isValid('insecureSkipVerify') && values.flag('insecureSkipVerify');
  if (cert.length == 0 && key.length == 0 && ca.length == 0 && !skipsVerification) return null;
  return new Tls(cert, key, values.text('clientKeyPassword'), ca, skipsVerification);
}
