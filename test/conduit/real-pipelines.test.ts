import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { ENGINES, whyNoRealConduit } from './real/conduit.ts';
import { Scene, afterText, expectOrder, numbered, openCdc, originOf, parsePosition, tally, type OpenCdc } from './real/scene.ts';
import { eventually, sleep } from '../support/wait.ts';

const why = whyNoRealConduit();

describe.skipIf(why !== null).each(ENGINES)(`pipelines of a real Conduit, %s${why === null ? '' : ` (skipped: ${why})`}`, (engine) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open(sharedBroker().servers);
  });
  afterEach(() => scene.close());

  test('Kafka to Kafka: every record arrives once, in the order of its partition, with its metadata', async () => {
    const input = await scene.topic(3);
    const output = await scene.topic(1);
    await scene.topics.fill(input, 5000, numbered);
    const conduit = await scene.run({
      engine,
      pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }],
    });
    await scene.arrived(output, 5000);
    expect(await conduit.stop(), conduit.logTail()).toBe(0);
    const records = await scene.topics.read(output);
    expect(tally(records, 5000)).toEqual({ lost: 0, repeated: 0 });
    expectOrder(records);
    const { operation, metadata, payload } = openCdc(records[0]!);
    expect({ operation, before: payload.before }).toEqual({ operation: 'create', before: null });
    expect(metadata).toMatchObject({ 'opencdc.collection': input, 'conduit.source.connector.id': 'p:src' });
    expect(records[0]!.key!.toString()).toBe(afterText(records[0]!).replace('value ', ''));
  });

  test('a record of 30 MB passes where the operator has raised the bounds for it', async () => {
    const raised = { 'max.message.bytes': '60000000' };
    const [input, output] = [await scene.topic(1, raised), await scene.topic(1, raised)];
    const large = randomBytes(30_000_000);
    await scene.topics.fill(input, 3, (index) => (index === 1 ? large : numbered(index)));
    const settings = { batchBytes: '60000000', 'sdk.record.format': 'raw' };
    const conduit = await scene.run({
      engine,
      arguments: ['--connectors.max-receive-record-size=100000000'],
      pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output, settings) }],
    });
    await scene.arrived(output, 3);
    expect(await conduit.stop(), conduit.logTail()).toBe(0);
    const records = await scene.topics.read(output);
    expect(records.map(({ value }) => value!.length)).toEqual([7, large.length, 7]);
    expect(large.equals(records[1]!.value!)).toBe(true);
  });

  test('two pipelines with one group and different topics each move all records of their own topic', async () => {
    const groupID = uniqueName('group');
    const inputs = [await scene.topic(2), await scene.topic(1)];
    const outputs = [await scene.topic(), await scene.topic()];
    for (const input of inputs) await scene.topics.fill(input, 3000, numbered);
    const conduit = await scene.run({
      engine,
      pipelines: inputs.map((input, index) => ({
        id: `p${index}`,
        source: scene.source(input, { groupID }),
        destination: scene.destination(outputs[index]!),
      })),
    });
    for (const output of outputs) await scene.arrived(output, 3000);
    expect(await conduit.stop(), conduit.logTail()).toBe(0);
    for (const [index, output] of outputs.entries()) {
      const records = await scene.topics.read(output);
      // Records that were not acknowledged when the other pipeline joined the group may come again.
      expect(tally(records, 3000).lost).toBe(0);
      expect(new Set(records.map((record) => openCdc(record).metadata['opencdc.collection']))).toEqual(new Set([inputs[index]]));
    }
    for (const input of inputs) expect(await scene.topics.committed(groupID, input)).toBe(3000);
  });

  test('Kafka to file: Conduit writes one line for each record', async () => {
    const input = await scene.topic();
    await scene.topics.fill(input, 1000, numbered);
    const path = join(scene.folder, 'out.jsonl');
    const conduit = await scene.run({
      engine,
      pipelines: [{ id: 'p', source: scene.source(input), destination: { plugin: 'builtin:file', settings: { path } } }],
    });
    const lines = async (): Promise<string[]> => (await readFile(path, 'utf8').catch(() => '')).split('\n').slice(0, -1);
    await eventually(async () => (await lines()).length >= 1000, 60_000, '1000 lines');
    expect(await conduit.stop(), conduit.logTail()).toBe(0);
    const records = (await lines()).map((line) => JSON.parse(line) as OpenCdc);
    expect(records.map(({ payload }) => Buffer.from(payload.after as string, 'base64').toString())).toEqual(
      Array.from({ length: 1000 }, (_, i) => `value ${i}`),
    );
  });

  test('generator to Kafka: an Avro payload arrives decoded, with all digits of its longs', async () => {
    const output = await scene.topic();
    const generator = {
      plugin: 'builtin:generator',
      settings: {
        recordCount: '200',
        operations: 'create,update,delete',
        'format.type': 'structured',
        'format.options.id': 'int',
        'format.options.name': 'string',
        'format.options.at': 'time',
        'format.options.lasting': 'duration',
        'format.options.on': 'bool',
      },
    };
    const conduit = await scene.run({ engine, pipelines: [{ id: 'p', source: generator, destination: scene.destination(output) }] });
    await scene.arrived(output, 200);
    await conduit.stop();
    const texts = (await scene.topics.read(output)).map((record) => record.value!.toString());
    const decoded = texts
      .map((text) => (JSON.parse(text) as OpenCdc).payload)
      .flatMap(({ before, after }) => [before, after].filter((data) => data !== null));
    expect(decoded.length).toBeGreaterThanOrEqual(200);
    for (const data of decoded) {
      expect(data).toEqual({
        id: expect.any(Number),
        name: expect.any(String),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        lasting: expect.any(Number),
        on: expect.any(Boolean),
      });
    }
    const ids = texts.flatMap((text) => [...text.matchAll(/"id":(-?\d+)/g)].map(([, digits]) => BigInt(digits!)));
    const large = ids.filter((id) => id > 2n ** 53n);
    expect(large.length).toBeGreaterThan(20);
    // Doubles of this size are multiples of 2 and more: odd numbers among them show that no digit was lost.
    expect(large.some((id) => id % 2n === 1n)).toBe(true);
  });

  test('records that the broker refuses go to the dead-letter queue, those alone; the rest of their batch is written in order', async () => {
    const input = await scene.topic();
    const output = await scene.topic(1, { 'max.message.bytes': '20000' });
    const dead = await scene.topic();
    const groupID = uniqueName('group');
    const isLarge = (i: number): boolean => i % 100 === 50;
    // Random, so that compression does not make it fit.
    const value = (i: number): Buffer => (isLarge(i) ? Buffer.from(crypto.getRandomValues(new Uint8Array(30_000))) : numbered(i));
    await scene.topics.fill(input, 300, value);
    const conduit = await scene.run({
      engine,
      store: 'sqlite',
      pipelines: [
        {
          id: 'p',
          // One batch, so that in arch-v2 the refused records lie within it.
          source: scene.source(input, { groupID, 'sdk.batch.size': '300', 'sdk.batch.delay': '10s' }),
          destination: scene.destination(output),
          deadLetterQueue: { ...scene.destination(dead), 'window-size': 0, 'window-nack-threshold': 0 },
        },
      ],
    });
    await scene.arrived(dead, 3);
    await scene.arrived(output, 297);
    const acknowledged = async (): Promise<boolean> => {
      const position = await conduit.position('p:src');
      return position !== '' && parsePosition(position).offset === 299;
    };
    await eventually(acknowledged, 10_000, 'the last position');
    await sleep(2000); // Conduit acknowledges when it has stored the position, a second later
    expect(await conduit.stop(), conduit.logTail()).toBe(0);
    const offsets = Array.from({ length: 300 }, (_, i) => i);
    expect((await scene.topics.read(output)).map((record) => originOf(record).offset)).toEqual(offsets.filter((i) => !isLarge(i)));
    const refused = (await scene.topics.read(dead)).map(openCdc);
    const origin = ({ payload }: OpenCdc): number =>
      parsePosition(Buffer.from((payload.after as { position: string }).position, 'base64').toString()).offset;
    expect(refused.map(origin)).toEqual(offsets.filter(isLarge));
    for (const { metadata } of refused) expect(metadata['conduit.dlq.nack.error']).toMatch(/MESSAGE_TOO_LARGE|too large|larger than/i);
    // All records are acknowledged, the refused ones too.
    expect(await scene.topics.committed(groupID, input)).toBe(300);
  });
});
