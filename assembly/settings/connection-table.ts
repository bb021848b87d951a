// Settings of both sides: how to reach the cluster.
import { Parameter, boolean, text } from './parameter';

export function connectionParameters(): Parameter[] {
  return [
    text(
      'servers',
      '',
      'Addresses of Kafka brokers to connect to first, as a comma separated list of host:port; the port defaults to 9092. ' +
        'The other brokers of the cluster are found through them.',
    ).required(),
    text(
      'clientID',
      'conduit-connector-kafka',
      'Name under which the connector appears in the logs and quotas of the brokers. At most 256 bytes.',
    ),
    boolean(
      'tls.enabled',
      '',
      'Connect through TLS. When not set, TLS is on if clientCert, clientKey or caCert is set, else off. ' +
        'When false, the three are ignored with a warning.',
    ),
    text('clientCert', '', 'Client certificate for mutual TLS: the PEM text itself, not a file name. Needs clientKey.').asSecret(),
    text('clientKey', '', 'Private key of the client certificate: the PEM text itself, not a file name. Needs clientCert.').asSecret(),
    text(
      'caCert',
      '',
      "Certificate authorities that the brokers' certificates are checked against, besides the well-known ones: PEM text, one certificate or more.",
    ).asSecret(),
    boolean(
      'insecureSkipVerify',
      'false',
      'Accept any certificate and host name from the brokers. The connection is encrypted but nobody knows with whom: for tests only. Has an effect only with TLS.',
    ),
  ];
}
