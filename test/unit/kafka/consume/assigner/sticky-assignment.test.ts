import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignPartitions, type GroupMember, type Partitions } from '../../../../../host/kafka/consume/assigner/sticky-assignment.ts';

type Assignment = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

const member = (id: string, topics: string[], previous: Record<string, number[]> = {}, generation = -1): GroupMember => ({
  id,
  topics,
  previous: new Map(Object.entries(previous)),
  generation,
});
const plain = (assignment: Assignment): Record<string, Record<string, readonly number[]>> =>
  Object.fromEntries([...assignment].map(([id, partitions]) => [id, Object.fromEntries(partitions)]));
const load = (partitions: ReadonlyMap<string, readonly number[]>): number =>
  [...partitions.values()].reduce((sum, numbers) => sum + numbers.length, 0);
const loads = (assignment: Assignment): number[] => [...assignment.values()].map(load);
const unevenness = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size * size, 0);

/** Owners by `topic/partition`; a partition with two owners fails the test. */
function ownersOf(assignment: Assignment): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [id, partitions] of assignment) {
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        const key = `${topic}/${partition}`;
        expect(owners.has(key), `${key} has two owners`).toBe(false);
        owners.set(key, id);
      }
    }
  }
  return owners;
}

/** The last owner of each partition, if it is still a member and still subscribes to the topic. */
function previousOwnersOf(members: readonly GroupMember[], counts: ReadonlyMap<string, number>): Map<string, string> {
  const owners = new Map<string, { id: string; generation: number }>();
  for (const { id, topics, previous, generation } of [...members].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const [topic, numbers] of previous) {
      if (!topics.includes(topic)) continue;
      for (const partition of numbers) {
        if (partition >= (counts.get(topic) ?? 0)) continue;
        const key = `${topic}/${partition}`;
        if (!owners.has(key) || owners.get(key)!.generation < generation) owners.set(key, { id, generation });
      }
    }
  }
  return new Map([...owners].map(([key, { id }]) => [key, id]));
}

function moves(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  return [...before].filter(([key, id]) => after.get(key) !== id).length;
}

const next = (members: readonly GroupMember[], assignment: Assignment, generation: number): GroupMember[] =>
  members.map(({ id, topics }) => ({ id, topics, previous: assignment.get(id) ?? new Map<string, number[]>(), generation }));

describe('an assignment', () => {
  test('gives each member the topics that it subscribes to', () => {
    const counts = new Map([
      ['orders', 4],
      ['clicks', 2],
    ]);
    const assignment = assignPartitions([member('a', ['orders']), member('b', ['clicks'])], counts);
    expect(plain(assignment)).toEqual({ a: { orders: [0, 1, 2, 3] }, b: { clicks: [0, 1] } });
  });

  test('spreads each topic over members with equal subscriptions', () => {
    const counts = new Map([
      ['one', 2],
      ['two', 2],
    ]);
    const assignment = assignPartitions([member('a', ['one', 'two']), member('b', ['two', 'one'])], counts);
    expect(plain(assignment)).toEqual({ a: { one: [0], two: [0] }, b: { one: [1], two: [1] } });
  });

  test('names a member without a partition too', () => {
    const assignment = assignPartitions([member('a', ['one']), member('b', ['one']), member('c', ['missing'])], new Map([['one', 1]]));
    expect(plain(assignment)).toEqual({ a: { one: [0] }, b: {}, c: {} });
  });

  test('of a group without members, or without topics, is empty', () => {
    expect(plain(assignPartitions([], new Map([['one', 1]])))).toEqual({});
    expect(plain(assignPartitions([member('a', [])], new Map([['one', 1]])))).toEqual({ a: {} });
  });

  test('moves a chain of partitions where subscriptions overlap, if that evens out the loads', () => {
    const counts = new Map([
      ['one', 3],
      ['two', 2],
      ['three', 1],
    ]);
    const members = [
      member('a', ['one', 'two'], { one: [0, 1, 2], two: [0] }, 1),
      member('b', ['two', 'three'], { two: [1], three: [0] }, 1),
      member('c', ['three'], {}, 1),
    ];
    expect(loads(assignPartitions(members, counts))).toEqual([3, 2, 1]);
  });
});

describe('partitions stay where they are', () => {
  const counts = new Map([['one', 6]]);

  test('when a member joins it gets its share, and nothing else moves', () => {
    const members = [member('a', ['one'], { one: [0, 2, 4] }, 1), member('b', ['one'], { one: [1, 3, 5] }, 1), member('c', ['one'])];
    expect(plain(assignPartitions(members, counts))).toEqual({ a: { one: [0, 2] }, b: { one: [1, 3] }, c: { one: [4, 5] } });
  });

  test('when a member leaves only its partitions move', () => {
    const members = [member('a', ['one'], { one: [0, 1] }, 2), member('c', ['one'], { one: [4, 5] }, 2)];
    expect(plain(assignPartitions(members, counts))).toEqual({ a: { one: [0, 1, 2] }, c: { one: [3, 4, 5] } });
  });

  test('new partitions of a topic go to who has the least', () => {
    const members = [member('a', ['one'], { one: [0, 1] }, 2), member('b', ['one'], { one: [2] }, 2)];
    expect(plain(assignPartitions(members, counts))).toEqual({ a: { one: [0, 1, 3] }, b: { one: [2, 4, 5] } });
  });

  test('the claim of a member that was away loses against a newer one, whatever the order of the members', () => {
    const away = member('a', ['one'], { one: [0, 1, 2] }, 4);
    const current = [member('b', ['one'], { one: [0, 1, 2] }, 7), member('c', ['one'], { one: [3, 4, 5] }, 7)];
    for (const members of [
      [away, ...current],
      [...current, away],
    ]) {
      expect(plain(assignPartitions(members, counts))).toEqual({ a: { one: [2, 5] }, b: { one: [0, 1] }, c: { one: [3, 4] } });
    }
  });

  test('a claim without a rival counts, however old it is', () => {
    const members = [member('a', ['one'], { one: [3, 4, 5] }, 1), member('b', ['one'], { one: [0, 1, 2] }, 9)];
    expect(plain(assignPartitions(members, counts))).toEqual({ a: { one: [3, 4, 5] }, b: { one: [0, 1, 2] } });
  });

  test('claims of topics and partitions that are gone, or not subscribed to, are ignored', () => {
    const members = [
      member('a', ['one'], { one: [0, 1, 6, 2 ** 31 - 1, -1], other: [0], gone: [0] }, 1),
      member('b', ['one', 'other'], {}, 1),
    ];
    const assignment = assignPartitions(members, new Map([...counts, ['other', 1]]));
    expect(ownersOf(assignment).get('other/0')).toBe('b');
    expect(ownersOf(assignment).size).toBe(7);
    expect(assignment.get('a')!.get('one')).toEqual(expect.arrayContaining([0, 1]));
  });
});

describe('for any group', () => {
  const TOPICS = ['t0', 't1', 't2', 't3'];
  const counts = (max: number): fc.Arbitrary<Map<string, number>> =>
    fc
      .array(fc.nat({ max }), { minLength: TOPICS.length, maxLength: TOPICS.length })
      .map((list) => new Map(TOPICS.map((t, i) => [t, list[i]!])));
  const claims = fc.dictionary(fc.constantFrom(...TOPICS, 'gone'), fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 8 }));
  const group = (topics: fc.Arbitrary<string[]>, max: number): fc.Arbitrary<GroupMember[]> =>
    fc
      .array(fc.record({ topics, previous: claims, generation: fc.integer({ min: -1, max: 3 }) }), { minLength: 1, maxLength: max })
      .map((members) => members.map(({ topics, previous, generation }, index) => member(`m${index}`, topics, previous, generation)));
  const anyGroup = group(fc.subarray(TOPICS), 6);
  const RUNS = { numRuns: 400 };

  test('each partition of a subscribed topic has exactly one owner, who subscribes to the topic', () => {
    fc.assert(
      fc.property(anyGroup, counts(10), (members, partitions) => {
        const assignment = assignPartitions(members, partitions);
        expect([...assignment.keys()].sort()).toEqual(members.map(({ id }) => id).sort());
        const subscribed = new Set(members.flatMap(({ topics }) => topics));
        const expected = [...partitions].flatMap(([topic, count]) =>
          subscribed.has(topic) ? Array.from({ length: count }, (_, partition) => `${topic}/${partition}`) : [],
        );
        const owners = ownersOf(assignment);
        expect([...owners.keys()].sort()).toEqual(expected.sort());
        for (const [key, id] of owners) expect(members.find((one) => one.id === id)!.topics).toContain(key.split('/')[0]);
      }),
      RUNS,
    );
  });

  test('members with equal subscriptions are at most one partition apart, and nobody has two more than another subscriber of its topics', () => {
    fc.assert(
      fc.property(anyGroup, counts(10), (members, partitions) => {
        const assignment = assignPartitions(members, partitions);
        for (const one of members) {
          for (const other of members) {
            const [more, less] = [assignment.get(one.id)!, assignment.get(other.id)!];
            if ([...more.keys()].some((topic) => other.topics.includes(topic))) expect(load(more) - load(less)).toBeLessThanOrEqual(1);
          }
        }
      }),
      RUNS,
    );
  });

  test('with equal subscriptions as few partitions move as even loads allow', () => {
    fc.assert(
      fc.property(group(fc.constant(TOPICS), 6), counts(10), (members, partitions) => {
        const before = previousOwnersOf(members, partitions);
        const total = [...partitions.values()].reduce((sum, count) => sum + count, 0);
        const share = Math.floor(total / members.length);
        const had = members.map(({ id }) => [...before.values()].filter((owner) => owner === id).length);
        // The members with most keep one more each, as far as the remainder goes.
        const keepOneMore = Math.min(total % members.length, had.filter((size) => size > share).length);
        const least = had.reduce((sum, size) => sum + Math.max(0, size - share), 0) - keepOneMore;
        expect(moves(before, ownersOf(assignPartitions(members, partitions)))).toBe(least);
      }),
      RUNS,
    );
  });

  test('with any subscriptions the loads are as even as possible, and no assignment that is as even moves fewer partitions', () => {
    fc.assert(
      fc.property(group(fc.subarray(TOPICS), 4), counts(2), (members, partitions) => {
        const before = previousOwnersOf(members, partitions);
        const keys = [...partitions].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => `${topic}/${partition}`));
        let best = { unevenness: Infinity, moves: Infinity };
        const sizes = new Map(members.map(({ id }) => [id, 0]));
        // Every assignment that there is.
        const tryAll = (index: number, moved: number): void => {
          const key = keys[index];
          if (key === undefined) {
            const found = { unevenness: unevenness([...sizes.values()]), moves: moved };
            if (found.unevenness < best.unevenness || (found.unevenness === best.unevenness && moved < best.moves)) best = found;
            return;
          }
          const subscribers = members.filter(({ topics }) => topics.includes(key.split('/')[0]!));
          if (subscribers.length === 0) return tryAll(index + 1, moved);
          for (const { id } of subscribers) {
            sizes.set(id, sizes.get(id)! + 1);
            tryAll(index + 1, moved + (before.has(key) && before.get(key) !== id ? 1 : 0));
            sizes.set(id, sizes.get(id)! - 1);
          }
        };
        tryAll(0, 0);
        const assignment = assignPartitions(members, partitions);
        expect({ unevenness: unevenness(loads(assignment)), moves: moves(before, ownersOf(assignment)) }).toEqual(best);
      }),
      { numRuns: 150 },
    );
  });

  test('the order of the members does not matter, and what was assigned stays when nothing changes', () => {
    fc.assert(
      fc.property(anyGroup, counts(10), (members, partitions) => {
        const assignment = assignPartitions(members, partitions);
        expect(plain(assignPartitions([...members].reverse(), partitions))).toEqual(plain(assignment));
        expect(plain(assignPartitions(next(members, assignment, 4), partitions))).toEqual(plain(assignment));
      }),
      RUNS,
    );
  });

  test('a member that comes moves at most its own share, and one that leaves moves nothing of the others, if subscriptions are equal', () => {
    fc.assert(
      fc.property(group(fc.constant(TOPICS), 5), counts(10), (members, partitions) => {
        const before: Map<string, Partitions> = assignPartitions(members, partitions);
        const stable = next(members, before, 4);
        const joined = assignPartitions([...stable, member('new', TOPICS)], partitions);
        expect(moves(ownersOf(before), ownersOf(joined))).toBe(load(joined.get('new')!));
        const rest = stable.slice(1);
        if (rest.length === 0) return;
        const left = assignPartitions(rest, partitions);
        expect(moves(previousOwnersOf(rest, partitions), ownersOf(left))).toBe(0);
      }),
      RUNS,
    );
  });
});
