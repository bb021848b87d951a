import { beforeAll, describe, expect, it } from 'vitest';
import { onErrorFrom, RefusedRecords, deadLetterSettings, type OnError } from '../../../../host/cli/commands/refused-records.ts';
import { SendOutcomes } from '../../../../host/cli/commands/send-outcomes.ts';
import type { Failure } from '../../../../host/cli/commands/transfer.ts';
import type { SendFailure } from '../../../../host/kafka/contract.ts';
import type { Kafka } from '../../../../host/kafka/index.ts';
import type { Param } from '../../../../host/runtime/contract.ts';
import { startGuest } from '../../../support/guest.ts';

const failure = (position: string): Failure => ({
  ack: { position: Buffer.from(position), error: 'too large' },
  record: new Uint8Array(0),
});

/** A `pipe` whose destination fails its next record like this. */
async function subject(onError: OnError) {
  const outcomes = new SendOutcomes();
  const told: SendFailure[] = [];
  const inner = { openProducer: async () => ({ send: async () => told, close: async () => undefined }) } as unknown as Kafka;
  const producer = await outcomes.watch(inner).openProducer({} as never, {} as never, {} as never);
  const refused = new RefusedRecords({ onError, outcomes, deadLetters: null, log: () => undefined });
  const fail = async (...reasons: SendFailure['reason'][]): Promise<void> => {
    told.splice(0, told.length, ...reasons.map((reason, index) => ({ index, reason })));
    await producer.send([]);
  };
  return { refused, fail };
}
const TOO_LARGE = { kind: 'rejected', text: 'too large', code: 'kafka.record-refused' } as const;

describe('--on-error skip', () => {
  it('leaves out a record that is refused for itself, by the brokers or by the component', async () => {
    const { refused, fail } = await subject('skip');
    await fail(TOO_LARGE);
    expect(await refused.deal([failure('1')])).toBeNull();
    expect(await refused.deal([failure('2')])).toBeNull();
    expect(refused.count).toBe(2);
    expect(refused.summary).toBe(', skipped 2 that were refused');
  });

  it('leaves out a record that does not fit its schema', async () => {
    const { refused, fail } = await subject('skip');
    await fail({ kind: 'rejected', text: 'the value cannot be encoded', code: 'schema.mismatch' });
    expect(await refused.deal([failure('1')])).toBeNull();
  });

  it.each([
    ['the topic has no schema', { kind: 'rejected', text: 'no schema for subject "a-value"', code: 'schema.rejected' }],
    ['nobody may write to the topic', { kind: 'rejected', text: 'TOPIC_AUTHORIZATION_FAILED' }],
    ['no broker answers', { kind: 'unavailable', text: 'timed out' }],
    ['it is not known what became of the record', { kind: 'timeout', text: 'perhaps written' }],
  ] as const)('leaves out nothing where %s', async (_why, reason) => {
    const { refused, fail } = await subject('skip');
    await fail(TOO_LARGE, reason);
    const first = failure('1');
    expect(await refused.deal([first, failure('2')])).toBe(first);
    expect(refused.count).toBe(0);
    // The next write is not affected.
    await fail(TOO_LARGE);
    expect(await refused.deal([failure('3')])).toBeNull();
  });
});

it('--on-error takes stop, skip and names of topics', () => {
  expect(['stop', 'skip', 'dead-letters.1'].map(onErrorFrom)).toEqual(['stop', 'skip', { topic: 'dead-letters.1' }]);
  for (const text of ['', '.', '..', 'a b', 'a/b', 'x'.repeat(250)]) expect(() => onErrorFrom(text)).toThrow('expected stop, skip');
});

describe('the settings of the dead-letter topic', () => {
  let params: readonly Param[];
  beforeAll(async () => {
    params = (await (await startGuest()).specifier.specify()).destinationParams;
  });

  it('let it get records as they came, whatever the destination makes of its own', () => {
    const settings = {
      ' servers ': 'a:1',
      topic: 'x',
      'sdk.record.format': 'opencdc/json',
      'sdk.rate.perSecond': '1',
      writeHeaders: 'false',
      batchBytes: '512',
      partition: '2',
      valueFormat: 'avro',
    };
    expect(deadLetterSettings(settings, 'dead', params)).toEqual({
      servers: 'a:1',
      topic: 'dead',
      'sdk.record.format': 'raw',
      writeHeaders: 'true',
      batchBytes: '104857600',
    });
  });

  it('take from the destination how the cluster is reached and how safely it is written, and nothing else', () => {
    const all = Object.fromEntries(params.map(({ name }) => [name, `${name} of the destination`]));
    const inherited = Object.entries(deadLetterSettings(all, 'dead', params)).filter(([name, value]) => value === all[name]);
    expect(inherited.map(([name]) => name).toSorted()).toEqual([
      'acks',
      'aws.accessKeyID',
      'aws.region',
      'aws.secretAccessKey',
      'aws.sessionToken',
      'caCert',
      'clientCert',
      'clientID',
      'clientKey',
      'clientKeyPassword',
      'compression',
      'connectionTimeout',
      'deliveryTimeout',
      'insecureSkipVerify',
      'oauth.caCert',
      'oauth.clientID',
      'oauth.clientSecret',
      'oauth.extensions',
      'oauth.scope',
      'oauth.tokenEndpoint',
      'requestTimeout',
      'saslMechanism',
      'saslPassword',
      'saslUsername',
      'servers',
      'tls.enabled',
    ]);
  });
});
