import { expect, test } from 'vitest';
import { StartOffsets, type StartOptions } from '../../../../host/kafka/consume/start-offsets.ts';
import { fakeLookups } from '../fake-client.ts';

const at = (partition: number, nextOffset: bigint) => ({ topic: 't', partition, nextOffset });

/** The starts of four partitions, of which the first has a committed offset; and how often each look-up was made. */
async function starts(options: Partial<StartOptions>) {
  const asked: string[] = [];
  const lines: string[] = [];
  const lookups = fakeLookups({
    committedOffsets: async () => [50n, -1n, -1n, -1n].map((offset, partition) => ({ topic: 't', partition, offset, metadata: null })),
    ranges: async (topic) => {
      asked.push(`ranges ${topic}`);
      return [0, 1, 2, 3].map((partition) => ({ partition, low: 10n, high: 100n }));
    },
    offsetsAt: async (topic, timestampMs) => {
      asked.push(`at ${topic} ${timestampMs}`);
      return [0, 1, 2, 3].map((partition) => ({ partition, offset: 70n }));
    },
  });
  const offsets = new StartOffsets({ group: 'g', resume: [], latest: null, log: (_, line) => void lines.push(line), ...options });
  const found = await offsets.of(lookups, { t: [0, 1, 2, 3] });
  return { starts: found.map(({ start }) => start), asked, lines };
}

test('a partition without a committed offset starts at its chosen offset, at the timestamp, or as latest says, in this order', async () => {
  const latest = new Map([0, 1, 2, 3].map((partition) => [`t/${partition}`, 90n]));
  const offsets = [at(0, 20n), at(1, 20n)];
  expect((await starts({ latest })).starts).toEqual([null, 90n, 90n, 90n]);
  expect((await starts({ latest, start: { offsets } })).starts).toEqual([null, 20n, 90n, 90n]);
  expect((await starts({ latest, start: { offsets, timestamp: 5n } })).starts).toEqual([null, 20n, 70n, 70n]);
});

test('a resume offset that is ahead comes before everything', async () => {
  const { starts: found } = await starts({ resume: [at(0, 51n), at(1, 30n)], start: { offsets: [at(1, 20n)], timestamp: 5n } });
  expect(found).toEqual([51n, 30n, 70n, 70n]);
});

test('a chosen offset below the earliest is the earliest, and one beyond the end is ignored; both are told', async () => {
  const { starts: found, lines } = await starts({ start: { offsets: [at(1, 9n), at(2, 101n), at(3, 100n)] } });
  expect(found).toEqual([null, 10n, null, 100n]);
  expect(lines).toEqual([
    'the start offset is below the earliest one, at which reading starts',
    'the start offset is beyond the end of the partition: it is ignored',
  ]);
});

test('each topic is looked up once', async () => {
  expect((await starts({ start: { offsets: [at(1, 20n), at(2, 20n)], timestamp: 5n } })).asked).toEqual(['ranges t', 'at t 5']);
});

test('the beginning of a partition that is new to a group that began at "latest" is committed, so that a restart does not take it for an old one', async () => {
  expect((await starts({ latest: new Map([['t/1', 90n]]) })).starts).toEqual([null, 90n, 10n, 10n]);
  expect((await starts({ latest: null })).asked).toEqual([]);
});
