// The member of the consumer group: sessionTimeout, heartbeatInterval, rebalanceTimeout.
import { Membership } from '../abi/kafka';
import { boundedMilliseconds } from './bounds';
import { goQuote } from './go-values';
import { Parameter, duration } from './parameter';
import { Values } from './values';

export function groupMemberParameters(): Parameter[] {
  return [
    duration(
      'sessionTimeout',
      '30s',
      'The group gives the partitions of this source to others if the brokers get no heartbeat from it for so long. From 1s to 30m; ' +
        'brokers take 6s to 30m unless they are configured otherwise. In the Go connector it is 45s and cannot be set.',
    ),
    duration(
      'heartbeatInterval',
      '3s',
      'Time between two heartbeats; a third of sessionTimeout at most. From 100ms to 10m. In the Go connector it is 3s and cannot be set.',
    ),
    duration(
      'rebalanceTimeout',
      '60s',
      'How long the group waits, when its members change, for all of them to join again. From 1s to 1h. In the Go connector it is 60s and cannot be set.',
    ),
  ];
}

export function parseGroupMember(values: Values): Membership {
  const member = new Membership(
    boundedMilliseconds(values, 'sessionTimeout', '1s', '30m'),
    boundedMilliseconds(values, 'heartbeatInterval', '100ms', '10m'),
    boundedMilliseconds(values, 'rebalanceTimeout', '1s', '1h'),
  );
  if (member.sessionTimeoutMs != 0 && member.heartbeatIntervalMs > member.sessionTimeoutMs / 3) {
    const limit = goQuote(values.text('sessionTimeout'));
    const problem = goQuote(values.text('heartbeatInterval')) + ' is more than a third of sessionTimeout, ' + limit;
    values.refuse('heartbeatInterval', 'invalid heartbeatInterval: ' + problem);
  }
  return member;
}
