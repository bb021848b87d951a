/**
 * What the runtime does for every guest, whatever it imports: the same suite for one that reads and writes a Kafka, and for one that has
 * nothing to do with it.
 */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { standardCapabilities } from '../../../host/capability/index.ts';
import { decodeAcks } from '../../../host/conduit/acks.ts';
import { createDestination, createSource, specify, type ConnectorOptions } from '../../../host/connector.ts';
import type { ComponentSource } from '../../../host/runtime/component.ts';
import type { DestinationConnector } from '../../../host/runtime/destination.ts';
import { DEFAULT_LIMITS } from '../../../host/runtime/limits.ts';
import type { SourceConnector } from '../../../host/runtime/source.ts';
import { builtGuest, GENERATOR, OVERREACHING } from '../../support/built-guest.ts';
import { acksOf, range, recordsOf, TEST_LIMITS, TestSink } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';
import { expectSoon } from '../../support/wait.ts';

interface Line {
  level: string;
  message: string;
  fields: Readonly<Record<string, string>>;
}
interface World {
  component: ComponentSource;
  capabilities: NonNullable<ConnectorOptions['capabilities']>;
  /** What the guest has logged. */
  lines: Line[];
  /** Settings of a source with so many records. */
  source: Record<string, string>;
}

const GUESTS: Record<string, (records: number) => Promise<World>> = {
  'a guest with a Kafka': async (records) => {
    const kafka = new FakeKafka(records);
    return { component: await misbehaving(), capabilities: kafka.table, lines: kafka.lines, source: {} };
  },
  'a guest with a log and a clock alone': async (records) => {
    const lines: Line[] = [];
    const capabilities: World['capabilities'] = (_secrets, _log, limits) =>
      standardCapabilities((level, message, fields = {}) => lines.push({ level, message, fields }), limits);
    return { component: await builtGuest(GENERATOR), capabilities, lines, source: { records: String(records) } };
  },
};

beforeAll(async () => {
  await Promise.all([misbehaving(), builtGuest(GENERATOR), builtGuest(OVERREACHING)]);
}, 120_000);

const open: (SourceConnector | DestinationConnector)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connector) => connector.teardown()));
});

const cases = Object.entries(GUESTS).flatMap(([name, world]) =>
  (['inline', 'worker'] as const).map((placement) => ({ name, placement, world })),
);

describe.each(cases)('$name, $placement', ({ placement, world }) => {
  const options = ({ component, capabilities }: World, limits = {}) => ({
    log: () => undefined,
    placement,
    component,
    capabilities,
    limits: { ...TEST_LIMITS, ...limits },
  });
  async function source(records: number, from: string | null = null, settings: Record<string, string> = {}) {
    const given = await world(records);
    const connector = createSource(options(given));
    open.push(connector);
    expect(await connector.configure({ ...given.source, ...settings })).toEqual([]);
    await connector.open(from === null ? null : Buffer.from(from));
    return { ...given, connector, sink: new TestSink() };
  }
  async function destination() {
    const given = await world(0);
    const connector = createDestination(options(given));
    open.push(connector);
    expect(await connector.configure({})).toEqual([]);
    await connector.open();
    return { ...given, connector };
  }

  test('says what it is in an instance that reaches nothing outside', async () => {
    const given = await world(0);
    expect((await specify(options(given))).name).not.toBe('');
  });

  test('emits what there is, in order and within its credit', async () => {
    const { connector, sink } = await source(25);
    connector.run(sink, { credit: { maxRecords: 10 } });
    await sink.until(() => sink.count === 25);
    expect(sink.batches.map((batch) => batch.count)).toEqual([10, 10, 5]);
    expect(sink.positions).toEqual(['9', '19', '24']);
  });

  test('goes on after the position that it is given', async () => {
    const { connector, sink } = await source(25, '19');
    connector.run(sink);
    await sink.until(() => sink.count === 5);
    expect(sink.positions.at(-1)).toBe('24');
  });

  test('is given the acknowledgements, many in one call, also after stop', async () => {
    const { connector, sink, lines } = await source(10);
    connector.run(sink);
    await sink.until(() => sink.count === 10);
    for (const offset of range(0, 4)) connector.ack(acksOf(offset));
    await connector.settled();
    expect(Buffer.from(await connector.stop()).toString()).toBe('9');
    connector.ack(acksOf(...range(4, 10)));
    await connector.settled();
    expect(lines.filter((line) => line.message === 'acked').map((line) => line.fields)).toEqual([
      { count: '4', last: '3' },
      { count: '6', last: '9' },
    ]);
  });

  test('waits while the sink is full, and reads on when it has room', async () => {
    const { connector, sink } = await source(30);
    sink.room = false;
    connector.run(sink, { credit: { maxRecords: 10 } });
    await sink.until(() => sink.count === 10);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sink.count).toBe(10);
    sink.room = true;
    connector.resume();
    await sink.until(() => sink.count === 30);
  });

  test('answers every record of a write, one write after the other', async () => {
    const { connector } = await destination();
    const answers = await Promise.all([3, 1, 2].map((count) => connector.write(recordsOf(count))));
    expect(answers.map((answer) => decodeAcks(answer).map((ack) => ack.error))).toEqual([['', '', ''], [''], ['', '']]);
  });

  test('tears down in any state, any number of times', async () => {
    const given = await world(5);
    await createSource(options(given)).teardown();
    await createDestination(options(given)).teardown();
    const running = await source(1_000_000);
    running.connector.run(running.sink, { credit: { maxRecords: 10 } });
    await running.sink.until((sink) => sink.count > 0);
    await Promise.all([running.connector.teardown(), running.connector.teardown()]);
    const writing = await destination();
    await writing.connector.teardown();
    await writing.connector.teardown();
  });

  test('is refused where one of its imports is not granted, before any of it runs', async () => {
    const given = await world(1);
    const capabilities: World['capabilities'] = (...args) => given.capabilities(...args).filter((one) => !one.interface.includes('/log@'));
    const connector = createSource({ ...options(given), capabilities });
    open.push(connector);
    await expect(connector.configure(given.source)).rejects.toMatchObject({
      code: 'policy.denied',
      message: expect.stringContaining('conduit:connector/log@0.1.0#log'),
    });
    expect(given.lines).toEqual([]);
  });
});

describe.each(['inline', 'worker'] as const)('the generator, %s', (placement) => {
  const lines: Line[] = [];
  const capabilities: World['capabilities'] = (_secrets, _log, limits) =>
    standardCapabilities((level, message, fields = {}) => lines.push({ level, message, fields }), limits);

  test('is replaced when it traps, and goes on after the last acknowledged record', async () => {
    const hostLines: string[] = [];
    const log = (_level: string, message: string): void => void hostLines.push(message);
    const connector = createSource({ log, placement, component: await builtGuest(GENERATOR), capabilities, limits: TEST_LIMITS });
    open.push(connector);
    expect(await connector.configure({ records: '20', trapAfter: '10' })).toEqual([]);
    await connector.open(null);
    const sink = new TestSink();
    connector.run(sink, { credit: { maxRecords: 5 } });
    await sink.until(() => sink.count >= 5);
    connector.ack(acksOf(...range(0, 5)));
    await sink.until(() => sink.positions.at(-1) === '19');
    expect(sink.errors).toEqual([]);
    expect(hostLines.find((line) => line.includes('is replaced'))).toMatch(
      /the guest trapped in source.read: .* its last error line: trapAfter$/,
    );
  });

  test('is told the time of this machine', async () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const connector = createSource({ log: () => undefined, placement, component: await builtGuest(GENERATOR), capabilities });
    open.push(connector);
    await connector.configure({ records: '1' });
    await connector.open(null);
    const sink = new TestSink();
    connector.run(sink);
    await sink.until(() => sink.count === 1);
    const readAt = /opencdc\.readAt\x12\x13(\d{19})/.exec(Buffer.from(sink.batches[0]!.data).toString('latin1'))![1]!;
    expect(BigInt(readAt)).toBeGreaterThanOrEqual(before);
    expect(BigInt(readAt)).toBeLessThanOrEqual(BigInt(Date.now()) * 1_000_000n);
  });

  test('gets a reference in place of a secret', async () => {
    lines.length = 0;
    const connector = createSource({ log: () => undefined, placement, component: await builtGuest(GENERATOR), capabilities });
    open.push(connector);
    expect(await connector.configure({ records: '1', token: 'correct horse battery staple' })).toEqual([]);
    await expectSoon(() => lines.length).toBeGreaterThan(0);
    expect(lines[0]!.fields['token']).toMatch(/^secret:token:/);
    expect(JSON.stringify(lines)).not.toContain('correct horse');
  });

  test('reports what is wrong with its settings and with a position', async () => {
    const connector = createSource({ log: () => undefined, placement, component: await builtGuest(GENERATOR), capabilities });
    open.push(connector);
    expect(await connector.configure({ records: 'many' })).toEqual([{ name: 'records', reason: 'records: expected a number, got "many"' }]);
    expect(await connector.configure({ records: '1' })).toEqual([]);
    await expect(connector.open(Buffer.from('nowhere'))).rejects.toMatchObject({ code: 'position.invalid' });
  });

  test('is not given a write that does not fit into its memory', async () => {
    const component = await builtGuest(GENERATOR);
    const connector = createDestination({ log: () => undefined, placement, component, capabilities });
    open.push(connector);
    expect(await connector.configure({})).toEqual([]);
    await connector.open();
    const size = Math.floor((component.manifest.memoryMaxBytes! * 2) / 3) + 1;
    const length = [(size & 127) | 128, ((size >> 7) & 127) | 128, ((size >> 14) & 127) | 128, size >> 21];
    const write = Buffer.concat([Buffer.from([0x0a, ...length]), Buffer.alloc(size)]);
    await expect(connector.write(write)).rejects.toMatchObject({
      code: 'limit.exceeded',
      message: expect.stringContaining('does not fit'),
    });
    expect(decodeAcks(await connector.write(recordsOf(1)))).toHaveLength(1);
  });

  test('is refused where its memory may grow beyond the limit', async () => {
    const { memoryMaxBytes } = (await builtGuest(GENERATOR)).manifest;
    const limits = { memoryBytes: memoryMaxBytes! - 1 };
    const connector = createSource({ log: () => undefined, placement, component: await builtGuest(GENERATOR), capabilities, limits });
    open.push(connector);
    await expect(connector.configure({})).rejects.toMatchObject({ code: 'limit.exceeded' });
  });
});

test.each(['inline', 'worker'] as const)(
  'a guest that imports a function that is not granted is refused before any of it runs, and the function is named, %s',
  async (placement) => {
    const lines: string[] = [];
    const component = await builtGuest(OVERREACHING);
    let instantiated = 0;
    const spied: ComponentSource = {
      ...component,
      instantiate: (...args) => {
        instantiated++;
        return component.instantiate(...args);
      },
    };
    const log = (_level: string, message: string): void => void lines.push(message);
    const connector = createSource({ log, placement, component: spied });
    open.push(connector);
    const refusal = {
      code: 'policy.denied',
      message: expect.stringContaining('it imports functions that were not granted: test:overreaching/files@0.1.0#read'),
    };
    await expect(connector.configure({})).rejects.toMatchObject(refusal);
    await expect(specify({ component: spied, placement })).rejects.toMatchObject(refusal);
    expect(instantiated).toBe(0);
    expect(lines).toEqual([]);
    expect(DEFAULT_LIMITS.memoryBytes).toBeGreaterThan(component.manifest.memoryMaxBytes!);
  },
);

test.each(['inline', 'worker'] as const)(
  'a manifest that hides an import does not help a guest: it is refused by name, %s',
  async (placement) => {
    const component = await builtGuest(OVERREACHING);
    const { manifest } = component;
    const lines: string[] = [];
    const connector = createSource({
      log: (_level, message) => void lines.push(message),
      placement,
      component: { ...component, manifest: { ...manifest, imports: manifest.imports.filter((one) => !one.interface.startsWith('test:')) } },
    });
    open.push(connector);
    await expect(connector.configure({})).rejects.toMatchObject({
      code: 'policy.denied',
      message: expect.stringContaining('the component imports test:overreaching/files'),
    });
    expect(lines).toEqual([]);
  },
);
