import fc from 'fast-check';
import { AssignerProtocol } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import {
  decodeStickyUserData,
  decodeSubscription,
  encodeAssignment,
  encodeStickyUserData,
  encodeSubscription,
} from '../../../../../host/kafka/consume/assigner/consumer-protocol.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const topicName = fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/).filter((name) => name !== '__proto__');
const partitions = fc.uniqueArray(fc.nat({ max: 100_000 }), { maxLength: 5 });
const userData = fc.record({
  previous: fc.array(fc.tuple(topicName, partitions), { maxLength: 4 }).map((entries) => new Map(entries)),
  generation: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  counts: fc.array(fc.tuple(topicName, fc.nat({ max: 1_000 })), { maxLength: 4 }).map((entries) => new Map(entries)),
});
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const NOTHING = { previous: new Map(), generation: -1, counts: new Map() };

describe('a subscription', () => {
  test('is what kafkajs and other clients read and write', () => {
    fc.assert(
      fc.property(fc.array(topicName, { maxLength: 4 }), fc.uint8Array({ maxLength: 20 }), (topics, data) => {
        const userData = Buffer.from(data);
        expect(encodeSubscription({ topics, userData })).toEqual(MemberMetadata.encode({ version: 0, topics, userData }));
        const decoded = decodeSubscription(MemberMetadata.encode({ version: 0, topics, userData }))!;
        expect({ ...decoded, userData: Buffer.from(decoded.userData) }).toEqual({ topics, userData });
      }),
    );
  });

  test('of a newer version is read as far as it is known, and null user data as none', () => {
    // Version 3: topics, user data, owned partitions, generation, rack.
    const version3 = '0003 00000001 0003 6f6e65 ffffffff 00000001 0003 6f6e65 00000001 00000000 00000007 0002 7231';
    expect(decodeSubscription(bytes(version3))).toEqual({ topics: ['one'], userData: Buffer.alloc(0) });
  });

  test('that is cut short is refused', () => {
    const whole = encodeSubscription({ topics: ['one', 'two'], userData: Buffer.from('data') });
    for (let length = 0; length < whole.length; length++) expect(decodeSubscription(whole.subarray(0, length))).toBeNull();
    expect(decodeSubscription(bytes('0000 7fffffff 0001 61'))).toBeNull();
  });
});

test('an assignment is what kafkajs and other clients read and write, also an empty one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(topicName, partitions), { maxLength: 4 }), (entries) => {
      const assignment = new Map(entries);
      const encoded = encodeAssignment(assignment);
      // kafkajs writes an array without items in a way of its own.
      if ([...assignment.values()].every((numbers) => numbers.length > 0)) {
        const inKafkajsOrder = new Map(Object.entries(Object.fromEntries(assignment)));
        const userData = Buffer.alloc(0);
        expect(encodeAssignment(inKafkajsOrder)).toEqual(
          MemberAssignment.encode({ version: 0, assignment: Object.fromEntries(assignment), userData }),
        );
      }
      expect(MemberAssignment.decode(encoded)!.assignment).toEqual(Object.fromEntries(assignment));
    }),
  );
});

describe('the user data of a sticky member', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(userData, (data) => {
        expect(decodeStickyUserData(encodeStickyUserData(data))).toEqual(data);
      }),
    );
  });

  test("begins with those of Kafka's own sticky assignor, which are read without the rest", () => {
    const kafka = bytes('00000001 0003 6f6e65 00000002 00000000 00000004 00000007');
    const data = { previous: new Map([['one', [0, 4]]]), generation: 7, counts: new Map([['one', 5]]) };
    expect(encodeStickyUserData(data).subarray(0, kafka.length)).toEqual(kafka);
    expect(decodeStickyUserData(kafka)).toEqual({ ...data, counts: new Map() });
    // Version 0 has no generation; another client may append what it likes.
    expect(decodeStickyUserData(kafka.subarray(0, -4))).toEqual({ ...data, generation: -1, counts: new Map() });
    expect(decodeStickyUserData(Buffer.concat([kafka, bytes('00000001 0001 61 00000063')]))).toEqual({ ...data, counts: new Map() });
  });

  test('tell nothing if there are none, or if they are not understood', () => {
    expect(decodeStickyUserData(new Uint8Array(0))).toEqual(NOTHING);
    expect(decodeStickyUserData(Buffer.from('{"some":"json"}'))).toEqual(NOTHING);
  });

  test('that are damaged or hostile end no leader', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        expect(() => decodeStickyUserData(data)).not.toThrow();
        expect(() => decodeSubscription(data)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(userData, fc.nat({ max: 400 }), (data, length) => {
        const { previous } = decodeStickyUserData(encodeStickyUserData(data).subarray(0, length));
        // Each part of a message that is cut is read completely or not at all.
        expect([new Map(), data.previous]).toContainEqual(previous);
      }),
    );
  });
});
