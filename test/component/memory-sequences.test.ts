// The guest handles any sequence of writes and reads up to its limits, and answers one that does not fit its memory with an error that names
// sizes. It never traps: a trap would end the instance, and the repeated write would end the next one.
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countFrames, FRAME_TAG } from '../../host/conduit/frames.ts';
import type { RecordSet } from '../../host/kafka/contract.ts';
import { componentOfFolder } from '../../host/runtime/component.ts';
import { requestBytesOf } from '../../host/runtime/manifest.ts';
import { buildComponent } from '../support/component-build.ts';
import { acksOf, recordsOf, requestOf } from '../support/data-path.ts';
import { errorOf, FakeWorld, problemsOf, startGuest, type Call, type Guest } from '../support/guest.ts';
import { recordSet, recordWithHeaders } from '../support/record-set.ts';

// The connector's own guest with a quarter of its memory: all its bounds follow from that number, and the tests are quicker.
const FOLDER = 'dist/test/small-memory';
const { folder } = await buildComponent({ config: 'test/component/small-memory/asconfig.json', folder: FOLDER });
const requestBytes = requestBytesOf((await componentOfFolder(pathToFileURL(`${folder}/`))).manifest);

const openDestination = async (config: Record<string, string> = {}, world = new FakeWorld()): Promise<Guest> => {
  const guest = await startGuest(world, folder);
  expect(await problemsOf(guest, 'destination', { servers: 'localhost:9092', topic: '{{ .Metadata.t }}', ...config })).toEqual([]);
  await guest.destination.open();
  return guest;
};
const openSource = async (config: Record<string, string> = {}): Promise<Guest> => {
  const guest = await startGuest(new ForgetfulWorld(), folder);
  expect(await problemsOf(guest, 'source', { servers: 'localhost:9092', topics: 'orders', groupID: 'g', ...config })).toEqual([]);
  await guest.source.open(undefined);
  return guest;
};

/** A world that does not record the guest's calls. */
class ForgetfulWorld extends FakeWorld {
  override async record(_call: Call): Promise<void> {}
}

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);

/** A protobuf field of bytes. */
function field(number: number, ...content: Uint8Array[]): Buffer {
  const size = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(size)]), ...content]);
}
const text = (value: string): Buffer => Buffer.from(value);
const entry = (key: Buffer, value: Buffer): Buffer => Buffer.concat([field(1, key), field(2, value)]);
const metadata = (key: string, value: Buffer | string): Buffer => field(3, entry(text(key), Buffer.from(value)));
const raw = (bytes: Buffer): Buffer => field(1, bytes);
const structured = (...entries: Buffer[]): Buffer => field(2, ...entries);
const stringValue = (bytes: Buffer): Buffer => field(3, bytes);
const after = (data: Buffer): Buffer => field(5, field(2, data));
const record = (...fields: Buffer[]): Buffer => field(1, ...fields);

/** Repeats what `make` gives for 0, 1, 2 ... up to `size` bytes. Beyond some hundred, the first ones are repeated: only their size matters. */
function filled(size: number, make: (i: number) => Buffer): Buffer {
  const block = Buffer.concat(Array.from({ length: 500 }, (_, i) => make(i)));
  if (block.length >= size) {
    const parts: Buffer[] = [];
    for (let i = 0, at = 0; ; i++) {
      const part = make(i);
      if ((at += part.length) > size) return Buffer.concat(parts);
      parts.push(part);
    }
  }
  return Buffer.concat(Array.from({ length: Math.floor(size / block.length) }, () => block));
}

/** Requests of about `size` bytes, never more: each is the worst case of something that takes memory. */
const REQUESTS: Record<string, (size: number) => Buffer> = {
  'no request of the protocol': (size) => Buffer.alloc(size),
  'one record': (size) => record(field(1, text('p')), after(raw(Buffer.alloc(Math.max(0, size - 40))))),
  'usual records': (size) =>
    filled(size, (i) => record(field(1, text(`position ${i}`)), metadata('t', 'a'), after(raw(Buffer.alloc(200, i))))),
  'large records': (size) =>
    filled(size, (i) => record(field(1, text(`position ${i}`)), metadata('t', 'a'), after(raw(Buffer.alloc(900_000, i))))),
  'empty records': (size) => Buffer.alloc(size & ~1, Buffer.from([FRAME_TAG, 0])),
  'records of positions': (size) => filled(size, (i) => record(field(1, Buffer.alloc(300, i)), metadata('t', 'a'))),
  'records with structured keys': (size) =>
    filled(size, (i) =>
      record(metadata('t', 'a'), field(4, structured(field(1, entry(text('k'), stringValue(Buffer.alloc(1_000, i % 32))))))),
    ),
  'records without a topic': (size) => filled(size, (i) => record(field(1, text(`position ${i}`)), field(4, raw(text(`key ${i}`))))),
  'records of many topics': (size) => filled(size, (i) => record(metadata('t', `topic-${i}`))),
  'records with a topic of any length': (size) => record(metadata('t', Buffer.alloc(Math.max(0, size - 40), 'a'))),
  'a record with many metadata entries': (size) => record(filled(Math.max(0, size - 20), (i) => metadata(`\u0001${i}`, 'x'))),
  'a record with many headers': (size) =>
    record(
      metadata('t', 'a'),
      filled(Math.max(0, size - 40), (i) => metadata(`kafka.headerBase64.${i}`, 'AAAA')),
    ),
  'a record with many fields': (size) =>
    record(
      metadata('t', 'a'),
      after(structured(filled(Math.max(0, size - 60), (i) => field(1, entry(text(`k${i}`), stringValue(text('x'))))))),
    ),
  'a record in many pieces': (size) =>
    record(
      metadata('t', 'a'),
      filled(Math.max(0, size - 40), (i) => after(structured(field(1, entry(text(`k${i}`), stringValue(text('x'))))))),
    ),
};

/** Small ones, ones near to a bound, and any. */
const size = fc.oneof(
  fc.nat(1 << 20),
  fc.nat(requestBytes),
  fc.constantFrom(0, 1, requestBytes >> 1, requestBytes - 1, requestBytes, requestBytes + 1, (requestBytes * 9) >> 3),
);

/** The outcome of a write: an ack for each record, or an error that names a size. */
async function writeAny(guest: Guest, request: Buffer): Promise<void> {
  const written = guest.destination.write(request);
  const isWritten = await written.then(
    () => true,
    () => false,
  );
  if (isWritten) expect(countFrames(await written)).toBe(countFrames(request));
  else {
    const { kind, text: said } = await errorOf(written);
    if (kind === 'rejected') expect(said).toBe('the request is not a connector.v2.Destination.Run.Request');
    else expect([kind, said]).toEqual(['limit-exceeded', expect.stringMatching(/\d+ bytes.*\d+/)]);
  }
}

test('a write one byte over the limit, after one at the limit, is an error that names size and limit', async () => {
  const { destination } = await openDestination();
  expect(await errorOf(destination.write(new Uint8Array(requestBytes)))).toMatchObject({ kind: 'rejected' });
  const error = await errorOf(destination.write(new Uint8Array(requestBytes + 1)));
  expect(error.kind).toBe('limit-exceeded');
  expect(error.text).toContain(`${requestBytes + 1}`);
  expect(error.text).toContain(`${requestBytes}`);
});

test.each(Object.keys(REQUESTS))('writes at the limit of %s are answered, and those of usual size after them written', async (kind) => {
  const guest = await openDestination({}, new ForgetfulWorld());
  const usual = REQUESTS['usual records']!(10_000);
  for (const bytes of [requestBytes, 1_000, requestBytes]) {
    await writeAny(guest, REQUESTS[kind]!(bytes));
    expect(countFrames(await guest.destination.write(usual))).toBe(countFrames(usual));
  }
});

test('any sequence of writes of any kind and size is answered', async () => {
  const writes = fc.array(fc.record({ kind: fc.constantFrom(...Object.keys(REQUESTS)), bytes: size }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(writes, fc.constantFrom('raw', 'opencdc/json'), async (sequence, format) => {
      const guest = await openDestination({ 'sdk.record.format': format }, new ForgetfulWorld());
      for (const { kind, bytes } of sequence) await writeAny(guest, REQUESTS[kind]!(bytes));
      const usual = REQUESTS['usual records']!(10_000);
      expect(countFrames(await guest.destination.write(usual))).toBe(countFrames(usual));
    }),
    { numRuns: 8, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);

test('a write of records that all fail in Kafka is answered, at any size', async () => {
  const world = new ForgetfulWorld();
  world.failures = (outgoing) => {
    const count = outgoing.reduce((sum, { records }) => sum + records.count, 0);
    const reason = { kind: 'rejected' as const, text: 'NOT_LEADER_FOR_PARTITION: '.padEnd(200, 'x') };
    return Array.from({ length: count }, (_, index) => ({ index, reason: { ...reason, text: reason.text + index } }));
  };
  const guest = await openDestination({}, world);
  for (const bytes of [requestBytes, 10_000, requestBytes >> 1, requestBytes >> 3]) {
    await writeAny(guest, REQUESTS['usual records']!(bytes));
    await writeAny(guest, REQUESTS['records of many topics']!(bytes >> 3));
  }
});

/** A record set without keys and headers whose values are so large. */
function setOf(sizes: number[]): RecordSet {
  const records = sizes.map((bytes) => recordWithHeaders([], null, Buffer.alloc(bytes)));
  return { baseOffset: 0n, baseTimestamp: 0n, count: records.length, records: Buffer.concat(records), logAppendTime: false };
}

/** One record of nothing but headers without name and value, which take two bytes each. */
function setOfHeaders(count: number): RecordSet {
  const zigzag = (n: number): number[] => (n < 64 ? [n << 1] : [((n & 63) << 1) | 128, ...varint(n >>> 6)]);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 1, 1, ...zigzag(count)]), Buffer.alloc(2 * count, Buffer.from([0, 1]))]);
  return { ...setOf([]), count: 1, records: Buffer.concat([Buffer.from(zigzag(body.length)), body]) };
}

/** Reads until no record is left. True if all records came, false if reading ended with an error that names sizes. */
async function readAll(guest: Guest, sets: RecordSet[], maxBytes: number): Promise<boolean> {
  guest.world.fetched.push(sets.map((records, partition) => ({ topic: 'orders', partition, epoch: 1, records })));
  const expected = sets.reduce((sum, { count }) => sum + count, 0);
  for (let got = 0; got < expected;) {
    const read = guest.source.read({ maxRecords: 100_000, maxBytes, maxWaitMs: 0 });
    const batch = await read.catch(() => null);
    if (batch !== null) {
      expect(batch?.count).toBeGreaterThan(0);
      got += batch!.count;
    } else {
      const { kind, text: said } = await errorOf(read);
      expect([kind, said]).toEqual(['limit-exceeded', expect.stringMatching(/offset \d+ of topic-partition orders-\d+ .*\d+/)]);
      return false;
    }
  }
  return true;
}

const RECORD = requestBytes >> 2;
const recordBytes = fc.oneof(fc.nat(1_000), fc.nat(1 << 20), fc.constantFrom(0, RECORD, requestBytes >> 1));
const credit = fc.oneof(
  fc.nat(1 << 20).map((n) => n + 1),
  fc.constantFrom(1, 1 << 20, requestBytes, 0xffff_ffff),
);

/** As many as a fetch may bring: no more than a request takes. */
const sets = fc.array(fc.array(recordBytes, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }).map((all) => {
  let left = requestBytes;
  return all.map((sizes) => sizes.filter((bytes) => (left -= bytes + 100) > 0)).filter((sizes) => sizes.length > 0);
});

test('any sequence of fetched record sets of any size is read, or the record that is too large is named', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(sets, credit), { minLength: 2, maxLength: 6 }), async (sequence) => {
      let guest = await openSource();
      for (const [all, maxBytes] of sequence) {
        const isSmall = all.flat().every((bytes) => bytes <= RECORD);
        const complete = await readAll(
          guest,
          all.map((sizes) => setOf(sizes)),
          maxBytes,
        );
        if (isSmall) expect(complete).toBe(true);
        if (!complete) guest = await openSource();
      }
    }),
    { numRuns: 8, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);

test('a record with millions of headers is an error that names it; one with many thousands is read', async () => {
  const guest = await openSource();
  expect(await readAll(guest, [setOfHeaders(50_000), setOf([10])], 1 << 20)).toBe(true);
  expect(await readAll(guest, [setOf([10]), setOfHeaders(8 << 20)], 1 << 20)).toBe(false);
});

test('what waits for the next read stays as it was fetched while acknowledgements and commits use the memory', async () => {
  const guest = await openSource({ commitOffsetsSize: '1' });
  const values = Array.from({ length: 200 }, (_, i) => Buffer.alloc(5_000, `${i} `));
  const records = Buffer.concat(values.map((value) => recordWithHeaders([], null, value)));
  guest.world.fetched.push([{ topic: 'orders', partition: 0, epoch: 1, records: { ...setOf([]), count: values.length, records } }]);
  for (let got = 0; got < values.length;) {
    const batch = (await guest.source.read({ maxRecords: 7, maxBytes: 1 << 20, maxWaitMs: 0 }))!;
    for (const value of values.slice(got, got + batch.count)) expect(Buffer.from(batch.data).includes(value)).toBe(true);
    got += batch.count;
    await guest.source.ack(requestOf(Array.from({ length: 1_000 }, () => batch.lastPosition)).subarray(0, 100_000)).catch(() => undefined);
  }
});

test('records that wait for acknowledgements may outgrow the guest’s heap; what was fetched stays as it was', async () => {
  const guest = await openSource();
  const before = guest.memoryBytes();
  const perSet = 1_000;
  const positionOf = (offset: number): string => `{"GroupID":"g","Topic":"orders","Partition":0,"Offset":${offset}}`;
  // Every other offset is missing, as after compaction: each record is remembered alone.
  const records = Array.from({ length: perSet }, (_, i) => ({ offset: BigInt(2 * i), value: `value ${i} `.padEnd(40, '.') }));
  const set = recordSet(records);
  const sets = 300;
  let next = 0;
  for (let i = 0; i < sets; i++) {
    guest.world.fetched.push([{ topic: 'orders', partition: 0, epoch: 1, records: { ...set, baseOffset: BigInt(2 * perSet * i) } }]);
    for (let got = 0; got < perSet;) {
      const batch = (await guest.source.read({ maxRecords: 700, maxBytes: 1 << 20, maxWaitMs: 0 }))!;
      const read = recordsOf(batch).map(({ position, payload }) => position.toString() + payload!.after!.raw_data!.toString());
      const wanted = read.map((_, j) => positionOf(2 * (next + j)) + records[(next + j) % perSet]!.value);
      expect(read.join('\n') === wanted.join('\n')).toBe(true);
      next += read.length;
      got += batch.count;
    }
  }
  expect(guest.memoryBytes()).toBeGreaterThan(before);
  const last = { offset: 0n };
  guest.world.record = async (call) => {
    if (call.name === 'consumer.commit') last.offset = call.offsets[0]!.nextOffset;
  };
  for (let i = 0; i < next; i += perSet) {
    await guest.source.ack(acksOf(Array.from({ length: perSet }, (_, j) => positionOf(2 * (i + j)))));
  }
  await guest.source.teardown();
  expect(last.offset).toBe(BigInt(2 * next - 1));
}, 60_000);
