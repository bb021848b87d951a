import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { Outgoing, SendFailure } from '../../../../host/kafka/contract.ts';
import type { ProducerHandle } from '../../../../host/kafka/handles.ts';
import { EncodingProducer } from '../../../../host/kafka/values/encoding-producer.ts';
import type { Encoder } from '../../../../host/kafka/values/translation.ts';
import { decode, section, type TestRecord } from '../sections.ts';

/** Writes its bytes in capitals; bytes with "bad" cannot be encoded, and the topic "none" has no schema. */
const capitals: Encoder = {
  prepare: async (topic, signal) => {
    if (topic === 'none') throw new ConnectorError('schema.rejected', 'no schema');
    if (topic === 'other') throw new ConnectorError('schema.mismatch', 'its schema is of another type');
    if (topic === 'late') {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new ConnectorError('schema.unreachable', 'the registry does not answer');
    }
    return (bytes) => {
      const text = Buffer.from(bytes).toString();
      if (text.includes('bad')) throw new ConnectorError('schema.mismatch', 'it is bad');
      return Buffer.from(text.toUpperCase().repeat(2));
    };
  },
};

function producing(failures: SendFailure[] = [], more: { key?: Encoder | null; value?: Encoder | null; timeoutMs?: number } = {}) {
  const sent: Outgoing[][] = [];
  const inner: ProducerHandle = { send: async (outgoing) => (sent.push(outgoing), failures), close: async () => undefined };
  const encoding = { key: more.key ?? null, value: more.value === undefined ? capitals : more.value, close: () => undefined };
  return { producer: new EncodingProducer(inner, encoding, more.timeoutMs ?? 0), sent };
}

const to = (topic: string, records: TestRecord[]): Outgoing => ({
  topic,
  partition: undefined,
  records: section(records, { baseTimestamp: 9n }),
});
const of = (sets: Outgoing[]) =>
  sets.map(({ topic, records }) => [
    topic,
    records.count,
    decode(records).map(({ offset, key, value, headers }) => ({ offset, key, value, headers })),
  ]);

test('keys and values are encoded, nulls and headers stay', async () => {
  const { producer, sent } = producing([], { key: capitals });
  expect(
    await producer.send([
      to('a', [
        { key: 'k', value: 'v', headers: { h: 'x' } },
        { key: null, value: null },
      ]),
    ]),
  ).toEqual([]);
  expect(of(sent[0]!)).toEqual([
    [
      'a',
      2,
      [
        { offset: 0, key: 'KK', value: 'VV', headers: [['h', 'x']] },
        { offset: 1, key: null, value: null, headers: [] },
      ],
    ],
  ]);
});

test('records that cannot be encoded are refused alone; failures of the others keep their numbers, and offsets have no gap', async () => {
  const { producer, sent } = producing([
    { index: 0, reason: { kind: 'rejected', text: 'first sent' } },
    { index: 2, reason: { kind: 'timeout', text: 'third sent' } },
  ]);
  const outgoing = [
    to('a', [{ value: 'bad 0' }, { value: 'one' }, { value: 'bad 2' }, { value: 'three' }]),
    to('none', [{ value: 'four' }, { value: null }]),
    to('b', [{ value: 'bad 6' }]),
    to('c', [{ value: 'seven' }, { value: 'bad 8' }]),
  ];
  expect((await producer.send(outgoing)).map(({ index, reason }) => [index, reason.kind, reason.code, reason.text])).toEqual([
    [0, 'rejected', 'schema.mismatch', 'the value cannot be encoded: it is bad'],
    [1, 'rejected', undefined, 'first sent'],
    [2, 'rejected', 'schema.mismatch', 'the value cannot be encoded: it is bad'],
    [4, 'rejected', 'schema.rejected', 'no schema'],
    [5, 'rejected', 'schema.rejected', 'no schema'],
    [6, 'rejected', 'schema.mismatch', 'the value cannot be encoded: it is bad'],
    [7, 'timeout', undefined, 'third sent'],
    [8, 'rejected', 'schema.mismatch', 'the value cannot be encoded: it is bad'],
  ]);
  expect(of(sent[0]!)).toEqual([
    ['a', 2, [expect.objectContaining({ offset: 0, value: 'ONEONE' }), expect.objectContaining({ offset: 1, value: 'THREETHREE' })]],
    ['c', 1, [expect.objectContaining({ offset: 0, value: 'SEVENSEVEN' })]],
  ]);
});

test('a schema that no record of a topic can be encoded with is no fault of one record', async () => {
  const { producer } = producing();
  expect(await producer.send([to('other', [{ value: 'x' }])])).toEqual([
    { index: 0, reason: { kind: 'rejected', code: 'schema.rejected', text: 'its schema is of another type' } },
  ]);
});

test('nothing is sent if no record is left, and a schema is waited for as long as deliveryTimeout says', async () => {
  const { producer, sent } = producing([], { timeoutMs: 20 });
  expect(await producer.send([to('late', [{ value: 'x' }])])).toMatchObject([
    { index: 0, reason: { kind: 'unavailable', code: 'schema.unreachable' } },
  ]);
  expect(sent).toEqual([]);
});

test('a producer that closes ends the wait for a schema', async () => {
  const { producer } = producing();
  const sending = producer.send([to('late', [{ value: 'x' }])]);
  await producer.close();
  expect(await sending).toHaveLength(1);
});
