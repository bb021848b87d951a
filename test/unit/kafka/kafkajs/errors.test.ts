import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { connectorError } from '../../../../host/kafka/fault.ts';
import { failureText, faultOf, isPermanent, protocolType } from '../../../../host/kafka/kafkajs/errors.ts';
import kafkajs from '../../../../host/kafka/kafkajs/kafkajs.ts';

const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number): Error;
};
/** As an error of kafkajs leaves host/kafka. */
const kafkaError = (error: unknown, context: string): ConnectorError => connectorError(faultOf(error), context);
/** As kafkajs' retry layers hand an error on. */
const exhausted = (cause: Error): Error => new kafkajs.KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 3, retryTime: 1 });

test.each([
  [29, 'TOPIC_AUTHORIZATION_FAILED', true],
  [30, 'GROUP_AUTHORIZATION_FAILED', true],
  [58, 'SASL_AUTHENTICATION_FAILED', true],
  [24, 'INVALID_GROUP_ID', true],
  [17, 'INVALID_TOPIC_EXCEPTION', true],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', false],
  [6, 'NOT_LEADER_FOR_PARTITION', false],
  [14, 'GROUP_LOAD_IN_PROGRESS', false],
  [23, 'INCONSISTENT_GROUP_PROTOCOL', false],
  [27, 'REBALANCE_IN_PROGRESS', false],
])('protocol error %i, %s: an operator is needed: %s', (code, type, permanent) => {
  for (const error of [createErrorFromCode(code), exhausted(createErrorFromCode(code))]) {
    expect(protocolType(error)).toBe(type);
    expect(isPermanent(error)).toBe(permanent);
    expect(kafkaError(error, 'doing')).toMatchObject({ code: permanent ? 'kafka.rejected' : 'kafka.unreachable', retryable: !permanent });
    expect(kafkaError(error, 'doing').message).toMatch(new RegExp(`^doing: ${type}: .*\\.$`));
  }
});

test('an error of the host passes as it is; anything else is a connection that failed', () => {
  const own = new ConnectorError('kafka.corrupt', 'x');
  expect(kafkaError(own, 'doing')).toBe(own);
  expect(kafkaError(new Error('Connection error: connect ECONNREFUSED'), 'doing')).toMatchObject({
    code: 'kafka.unreachable',
    message: 'doing: Connection error: connect ECONNREFUSED',
  });
  expect(kafkaError(Object.assign(new Error('Request timed out'), { name: 'KafkaJSRequestTimeoutError' }), 'doing').code).toBe(
    'kafka.timeout',
  );
  expect(isPermanent(Object.assign(new Error('bad'), { name: 'KafkaJSSASLAuthenticationError' }))).toBe(true);
});

test('texts are the ones that users of Kafka know', () => {
  expect(failureText(createErrorFromCode(3))).toBe('UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.');
  expect(failureText(createErrorFromCode(10))).toBe(
    'MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.',
  );
  expect(failureText(createErrorFromCode(23))).toContain('stop them, or use another group');
});
