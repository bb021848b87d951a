import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Broker } from '../../../../host/kafka/kafkajs/cluster.ts';
import { tolerate } from '../../../../host/kafka/kafkajs/tolerant-answers.ts';

interface Response {
  parse(data: object): Promise<object>;
}
const stock = (path: string): Response => createRequire(import.meta.url)(`kafkajs/src/protocol/requests/${path}/response`) as Response;

/** What a tolerant broker makes of this decoded answer. */
async function answered(path: string, data: object): Promise<object> {
  const connectionPool = { send: async ({ response }: { response: Response }) => response.parse(data) };
  const broker = { connectionPool } as unknown as Broker;
  tolerate(broker);
  tolerate(broker); // a second time changes nothing
  return (await broker.connectionPool.send({ request: {}, response: stock(path) })) as object;
}

test('topics with an error have it, and partitions without a leader are no error of the answer', async () => {
  const partitionMetadata = [{ partitionErrorCode: 5, partitionId: 0, leader: -1 }];
  const topicMetadata = [
    { topicErrorCode: 0, topic: 'a', partitionMetadata },
    { topicErrorCode: 29, topic: 'b', partitionMetadata: [] },
  ];
  await expect(stock('metadata/v5').parse({ topicMetadata })).rejects.toThrow();
  expect(await answered('metadata/v5', { topicMetadata, brokers: [] })).toEqual({
    brokers: [],
    topicMetadata: [
      { ...topicMetadata[0], refusal: null },
      { ...topicMetadata[1], refusal: expect.objectContaining({ type: 'TOPIC_AUTHORIZATION_FAILED' }) },
    ],
  });
});

test('partitions with an error have it', async () => {
  const responses = [
    {
      topic: 'a',
      partitions: [
        { partition: 0, errorCode: 0, offset: '5' },
        { partition: 1, errorCode: 6, offset: '-1' },
      ],
    },
  ];
  await expect(stock('listOffsets/v2').parse({ responses })).rejects.toThrow();
  expect(await answered('listOffsets/v2', { responses })).toMatchObject({
    responses: [{ partitions: [{ offset: '5', refusal: null }, { refusal: { type: 'NOT_LEADER_FOR_PARTITION' } }] }],
  });
});

test('an answer that is an error as a whole stays one', async () => {
  await expect(answered('offsetFetch/v3', { responses: [], errorCode: 30 })).rejects.toThrow(/group/i);
  await expect(answered('describeGroups/v0', { groups: [{ errorCode: 30 }] })).rejects.toThrow(/group/i);
});
