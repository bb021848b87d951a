// The name under which the connector appears to the brokers: clientID.
import { Connection } from '../abi/kafka';
import { Parameter, text } from './parameter';
import { Values } from './values';

const MAX_CLIENT_ID_BYTES = 256;

export function clientIdParameters(): Parameter[] {
  return [
    text(
      'clientID',
      'conduit-connector-kafka',
      'Name under which the connector appears in the logs and quotas of the brokers. At most 256 bytes.',
    ),
  ];
}

/** Reads the settings, which must be valid. */
export function parseClientId(values: Values, connection: Connection): void {
  connection.clientId = values.text('clientID');
  const length = String.UTF8.byteLength(connection.clientId);
  if (length > MAX_CLIENT_ID_BYTES)
    values.refuse('clientID', 'invalid clientID: client id length ' + length.toString() + ' is larger than max allowed 256');
}
