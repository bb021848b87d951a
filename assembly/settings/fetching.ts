// What a source asks for in its fetch requests: isolationLevel, fetchMinBytes, fetchMaxBytes, maxPartitionFetchBytes, fetchMaxWait, rackID.
import { Fetching, Isolation, Membership } from '../abi/kafka';
import { boundedInteger, boundedMilliseconds } from './bounds';
import { goQuote } from './go-values';
import { Parameter, duration, int, text } from './parameter';
import { Values } from './values';

const READ_COMMITTED = 'read_committed';
const READ_UNCOMMITTED = 'read_uncommitted';
const MAX_FETCH_BYTES = 64 << 20;
const MAX_RACK_BYTES = 256;

export function fetchingParameters(): Parameter[] {
  return [
    text(
      'isolationLevel',
      READ_UNCOMMITTED,
      'Which records of transactions are read. read_uncommitted: all of them, also those of aborted transactions, as soon as they are written; the Go connector does this and has no setting for it. ' +
        'read_committed: those of committed transactions only. Then nothing behind an open transaction is read until it ends.',
    ).oneOf(READ_UNCOMMITTED + ',' + READ_COMMITTED),
    int(
      'fetchMinBytes',
      '1',
      'A broker answers a fetch when it has so many bytes, or after fetchMaxWait. From 1 to 67108864. In the Go connector it is 1 and cannot be set.',
    ),
    int(
      'fetchMaxBytes',
      '8388608',
      'Most bytes of one answer of one broker, from 1024 to 67108864. A larger record batch comes all the same, alone. In the Go connector it is 52428800 and cannot be set.',
    ),
    int(
      'maxPartitionFetchBytes',
      '1048576',
      'Most bytes of one partition in one answer, from 1024 to 67108864. A larger record batch comes all the same. In the Go connector it is 1048576 and cannot be set.',
    ),
    duration(
      'fetchMaxWait',
      '250ms',
      'Longest time that a broker waits for fetchMinBytes. A stop of the source and a change of its group may be noticed so much later. From 1ms to 30s, and with heartbeatInterval less than sessionTimeout. ' +
        'In the Go connector it is 5s and cannot be set.',
    ),
    text(
      'rackID',
      '',
      'Rack, or availability zone, of this connector. If the brokers have broker.rack and a replica.selector.class such as RackAwareReplicaSelector, the source reads from a replica in its rack instead of the leader (KIP-392). ' +
        'The Go connector reads from the leaders only.',
    ),
  ];
}

export function parseFetching(values: Values, member: Membership): Fetching {
  const maxWaitMs = boundedMilliseconds(values, 'fetchMaxWait', '1ms', '30s');
  const beat = member.heartbeatIntervalMs;
  if (maxWaitMs != 0 && beat != 0 && member.sessionTimeoutMs != 0 && maxWaitMs + beat >= member.sessionTimeoutMs) {
    const problem = goQuote(values.text('fetchMaxWait')) + ' and heartbeatInterval are together not less than sessionTimeout';
    values.refuse('fetchMaxWait', 'invalid fetchMaxWait: ' + problem);
  }
  const rack = values.text('rackID');
  if (String.UTF8.byteLength(rack) > MAX_RACK_BYTES)
    values.refuse('rackID', 'invalid rackID: it is longer than ' + MAX_RACK_BYTES.toString() + ' bytes');
  return new Fetching(
    values.text('isolationLevel') == READ_COMMITTED ? Isolation.readCommitted : Isolation.readUncommitted,
    boundedInteger(values, 'fetchMinBytes', 1, MAX_FETCH_BYTES),
    boundedInteger(values, 'fetchMaxBytes', 1024, MAX_FETCH_BYTES),
    boundedInteger(values, 'maxPartitionFetchBytes', 1024, MAX_FETCH_BYTES),
    maxWaitMs,
    rack,
  );
}
