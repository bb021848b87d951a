// The settings of both sides.
import { Connection, Tls } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { Parameter } from './parameter';
import { parseServers } from './servers';
import { Values } from './values';

const MAX_CLIENT_ID_BYTES = 256;

/** Validates the whole table, then what is behind it; the result is to be used only if nothing is reported. */
export function parseConnection(values: Values, table: Parameter[]): Connection {
  const connection = new Connection();
  connection.servers = parseServers(values);
  values.validate(table);
  connection.clientId = values.text('clientID');
  const length = String.UTF8.byteLength(connection.clientId);
  if (length > MAX_CLIENT_ID_BYTES)
    values.refuse('clientID', 'invalid clientID: client id length ' + length.toString() + ' is larger than max allowed 256');
  connection.tls = parseTls(values);
  return connection;
}

/** Texts of keys and certificates are references here: only whether they are empty can be looked at. The host checks the PEM. */
function parseTls(values: Values): Tls | null {
  const cert = values.text('clientCert'),
    key = values.text('clientKey'),
    ca = values.text('caCert');
  const isSet = cert.length != 0 || key.length != 0 || ca.length != 0;
  if (!values.isValid('tls.enabled') || !values.isValid('insecureSkipVerify')) return null;
  const isOn = values.text('tls.enabled').length == 0 ? isSet : values.flag('tls.enabled');
  if (!isOn) {
    if (isSet) log(Level.warn, 'clientCert, clientKey and caCert have no effect because tls.enabled is false');
    if (values.flag('insecureSkipVerify')) log(Level.warn, 'insecureSkipVerify has no effect because TLS is not enabled');
    return null;
  }
  if (cert.length == 0 && key.length != 0)
    values.refuse('clientCert', 'invalid TLS config: client TLS configuration incomplete, clientCert is missing');
  if (key.length == 0 && cert.length != 0)
    values.refuse('clientKey', 'invalid TLS config: client TLS configuration incomplete, clientKey is missing');
  const tls = new Tls();
  tls.clientCertRef = cert;
  tls.clientKeyRef = key;
  tls.caCertRef = ca;
  tls.insecureSkipVerify = values.flag('insecureSkipVerify');
  return tls;
}
