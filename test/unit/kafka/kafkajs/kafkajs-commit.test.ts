import { expect, test } from 'vitest';
import { ConfirmedCommits } from '../../../../host/kafka/kafkajs/kafkajs-commit.ts';
import { CommitMetadata } from '../../../../host/kafka/kafkajs/commit-metadata.ts';
import type { Consumer } from '../../../../host/kafka/kafkajs/kafkajs.ts';
import { createErrorFromCode } from '../kafkajs-errors.ts';

const OFFSET_METADATA_TOO_LARGE = 12;

interface Committed {
  payload: { topics: { partitions: object[] }[] };
}

/** A consumer whose commits are answered when the test says so. */
function fakeConsumer() {
  let told: (event: Committed) => void = () => undefined;
  const sent: { offsets: string[]; answer(): void }[] = [];
  const consumer = {
    events: { COMMIT_OFFSETS: 'consumer.commit_offsets' },
    on: (_event: string, listener: (event: Committed) => void) => (told = listener),
    commitOffsets: (offsets: { offset: string }[]) =>
      new Promise<void>((resolve) => {
        const answer = (): void => {
          told({ payload: { topics: [{ partitions: offsets }] } });
          resolve();
        };
        sent.push({ offsets: offsets.map(({ offset }) => offset), answer });
      }),
  };
  return { consumer: consumer as unknown as Consumer, sent };
}
const at = (nextOffset: bigint) => [{ topic: 't', partition: 0, nextOffset }];
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a commit waits for the one before it, so that an older offset never overwrites a newer one', async () => {
  const { consumer, sent } = fakeConsumer();
  const commits = new ConfirmedCommits(consumer, 5_000);
  const first = commits.commit(at(1n), () => true);
  const second = commits.commit(at(2n), () => true);
  await turn();
  expect(sent.map(({ offsets }) => offsets)).toEqual([['1']]);
  sent[0]!.answer();
  await first;
  await turn();
  expect(sent.map(({ offsets }) => offsets)).toEqual([['1'], ['2']]);
  sent[1]!.answer();
  await second;
});

test('a commit that waited through a rebalance is not sent: the new generation would make it count', async () => {
  const { consumer, sent } = fakeConsumer();
  const commits = new ConfirmedCommits(consumer, 5_000);
  let live = true;
  const first = commits.commit(at(1n), () => live);
  const second = commits.commit(at(2n), () => live);
  await turn();
  live = false;
  sent[0]!.answer();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'kafka.unreachable' });
  expect(sent).toHaveLength(1);
});

test('metadata that the broker takes for too large is left out from then on, and the offsets are committed', async () => {
  const lines: string[] = [];
  const sent: (string | null)[] = [];
  let told: (event: Committed) => void = () => undefined;
  const consumer = {
    events: { COMMIT_OFFSETS: 'consumer.commit_offsets' },
    on: (_event: string, listener: (event: Committed) => void) => (told = listener),
    commitOffsets: async (offsets: { metadata: string | null }[]) => {
      sent.push(offsets[0]!.metadata);
      if (offsets[0]!.metadata !== null) throw createErrorFromCode(OFFSET_METADATA_TOO_LARGE);
      told({ payload: { topics: [{ partitions: offsets }] } });
    },
  };
  const metadata = new CommitMetadata('whose it is', (level, message) => lines.push(`${level}: ${message}`));
  const commits = new ConfirmedCommits(consumer as unknown as Consumer, 5_000, metadata);
  await commits.commit(at(1n), () => true);
  await commits.commit(at(2n), () => true);
  expect(sent).toEqual(['whose it is', null, null]);
  expect(lines).toEqual([expect.stringMatching(/^warn: offsets are committed without metadata because offset\.metadata\.max\.bytes /)]);
});
