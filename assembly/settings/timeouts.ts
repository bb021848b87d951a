// How long the connector waits for brokers: connectionTimeout, requestTimeout.
import { Timeouts } from '../abi/kafka';
import { boundedMilliseconds } from './bounds';
import { Parameter, duration } from './parameter';
import { Values } from './values';

export function timeoutParameters(): Parameter[] {
  return [
    duration(
      'connectionTimeout',
      '10s',
      'Longest time to connect to a broker (look-up of the name, TCP and TLS together), and to get its first answer when the connector starts. ' +
        'From 100ms to 5m. In the Go connector it is 10s and cannot be set.',
    ),
    duration(
      'requestTimeout',
      '30s',
      'Longest time from a request to the answer of the broker; then the request is tried again. From 1s to 1h. ' +
        'Writes use deliveryTimeout if that is shorter. The Go connector waits 10s longer than the time that it gives the broker, and has no setting for it.',
    ),
  ];
}

export function parseTimeouts(values: Values): Timeouts {
  return new Timeouts(
    boundedMilliseconds(values, 'connectionTimeout', '100ms', '5m'),
    boundedMilliseconds(values, 'requestTimeout', '1s', '1h'),
  );
}
