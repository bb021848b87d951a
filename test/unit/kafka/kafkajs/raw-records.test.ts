import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync, cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import '../../../../host/kafka/kafkajs/kafkajs.ts';
import { checkReplaced, REPLACED, replacements, useRecordsPath, type RawMessage } from '../../../../host/kafka/kafkajs/raw-records.ts';
import { encodeBatch } from '../../../../host/kafka/records/record-batch.ts';
import { numbered, section } from '../sections.ts';

const require = createRequire(import.meta.url);
afterEach(() => useRecordsPath('raw'));

describe('the replaced modules', () => {
  test('are what kafkajs itself requires', () => {
    for (const { module } of REPLACED) expect(require(`kafkajs/${module}`)).toBe(replacements[module]);
  });

  test('with other bytes are refused', () => {
    for (const { module } of REPLACED) {
      const source = readFileSync(require.resolve(`kafkajs/${module}`));
      expect(() => checkReplaced(module, source)).not.toThrow();
      expect(() => checkReplaced(module, Buffer.concat([source, Buffer.from('\n')]))).toThrow(
        expect.objectContaining({ code: 'environment', message: expect.stringContaining('install exactly kafkajs 2.2.4') }),
      );
    }
  });

  test('are not installed behind the back of a kafkajs that was loaded before', () => {
    const root = new URL('../../../../host/kafka/', import.meta.url);
    const start = (...imports: string[]) => {
      const program = `${imports.map((name) => `await import('${name}');`).join(' ')} console.log('started');`;
      return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', cwd: root });
    };
    const connector = new URL('index.ts', root).href;
    expect(start(connector, 'kafkajs')).toMatchObject({ status: 0, stdout: 'started\n' });
    expect(start('kafkajs', connector)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('ConnectorError: kafkajs was loaded before the connector'),
    });
  });

  test('with other bytes keep the host from starting', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kafkajs-changed-'));
    try {
      const root = fileURLToPath(new URL('../../../..', import.meta.url));
      mkdirSync(join(folder, 'node_modules/@platformatic'), { recursive: true });
      cpSync(join(root, 'node_modules/kafkajs'), join(folder, 'node_modules/kafkajs'), { recursive: true });
      for (const name of ['wasm-utils', 'dynamic-buffer'])
        cpSync(join(root, 'node_modules/@platformatic', name), join(folder, 'node_modules/@platformatic', name), { recursive: true });
      for (const path of ['kafka', 'net', 'runtime/contract.ts', 'base'])
        cpSync(join(root, 'host', path), join(folder, 'host', path), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      const start = () => spawnSync(process.execPath, [join(folder, 'host/kafka/kafkajs/kafkajs.ts')], { encoding: 'utf8' });
      expect(start().status).toBe(0);
      const changed = join(folder, 'node_modules/kafkajs/src/protocol/request.js');
      writeFileSync(changed, `${readFileSync(changed, 'utf8')}\n// changed\n`);
      expect(start()).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('kafkajs/src/protocol/request.js is not the file of kafkajs 2.2.4'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('aborted transactions', () => {
  type Filter = (options: { messages: object[]; abortedTransactions: { producerId: string; firstOffset: string }[] }) => RawMessage[];
  const filter = replacements['src/consumer/filterAbortedMessages.js'] as Filter;
  const data = (offset: number, producerId: string, inTransaction = true) => ({
    offset: String(offset),
    key: null,
    isControlRecord: false,
    batchContext: { producerId, inTransaction },
  });
  const end = (offset: number, producerId: string, type: 'abort' | 'commit') => ({
    offset: String(offset),
    key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]),
    isControlRecord: true,
    batchContext: { producerId, inTransaction: true },
  });
  const kept = (messages: object[], abortedTransactions: { producerId: string; firstOffset: string }[]): number[] =>
    filter({ messages, abortedTransactions })
      .filter(({ isControlRecord }) => !isControlRecord)
      .map(({ offset }) => Number(offset));

  test("go, and the same producer's next transaction stays", () => {
    const messages = [data(0, 'a'), data(1, 'a'), end(2, 'a', 'abort'), data(3, 'a'), end(4, 'a', 'commit'), data(5, '-1', false)];
    expect(kept(messages, [{ producerId: 'a', firstOffset: '0' }])).toEqual([3, 5]);
  });

  test('listed by their ends go, too: brokers do not sort by the beginning', () => {
    const messages = [
      data(0, 'a'),
      data(1, 'b'),
      end(2, 'b', 'abort'),
      data(3, 'a'),
      end(4, 'a', 'abort'),
      data(5, 'b'),
      end(6, 'b', 'commit'),
    ];
    expect(
      kept(messages, [
        { producerId: 'b', firstOffset: '1' },
        { producerId: 'a', firstOffset: '0' },
      ]),
    ).toEqual([5]);
  });

  test('that all began before the first message fetched go', () => {
    const messages = [data(10, 'b'), data(11, 'a'), end(12, 'b', 'abort'), end(13, 'a', 'abort'), data(14, 'c')];
    expect(
      kept(messages, [
        { producerId: 'a', firstOffset: '1' },
        { producerId: 'b', firstOffset: '2' },
      ]),
    ).toEqual([14]);
  });

  test('a key of four zero bytes in a plain record ends nothing', () => {
    const messages = [data(0, 'a'), { ...data(1, 'a'), key: Buffer.alloc(4) }, data(2, 'a')];
    expect(kept(messages, [{ producerId: 'a', firstOffset: '0' }])).toEqual([]);
  });
});

describe('requests', () => {
  interface Body {
    buffer: Buffer;
    size(): number;
  }
  type Produce = (data: object) => { encode(): Promise<Body>; expectResponse(): boolean; apiKey: number; apiVersion: number };
  type Frame = (options: object) => Promise<Body>;
  const produce = replacements['src/protocol/requests/produce/v3/request.js'] as Produce;
  const frame = replacements['src/protocol/request.js'] as Frame;

  /** kafkajs' encoder, given the very same batch bytes, is the reference for everything around them. */
  test('a raw produce request is framed as kafkajs frames its own', async () => {
    const set = section(numbered(3));
    const encoded = encodeBatch(set, set.baseTimestamp, null);
    const Encoder = require('kafkajs/src/protocol/encoder') as new () => {
      writeString(value: string | null): InstanceType<typeof Encoder>;
      writeInt16(value: number): InstanceType<typeof Encoder>;
      writeInt32(value: number): InstanceType<typeof Encoder>;
      writeBufferInternal(value: Buffer): void;
      buffer: Buffer;
      size(): number;
    };
    const reference = new Encoder()
      .writeString(null)
      .writeInt16(-1)
      .writeInt32(1234)
      .writeInt32(1)
      .writeString('topic ü')
      .writeInt32(1)
      .writeInt32(7)
      .writeInt32(encoded.length);
    reference.writeBufferInternal(encoded);
    const request = produce({
      acks: -1,
      timeout: 1234,
      topicData: [{ topic: 'topic ü', partitions: [{ partition: 7, messages: [{ encoded }] }] }],
    });
    expect((await request.encode()).buffer.equals(reference.buffer)).toBe(true);
    expect(request).toMatchObject({ apiKey: 0, apiVersion: 3 });
    expect(request.expectResponse()).toBe(true);
    const options = { correlationId: 77, clientId: 'client ü', request: { apiKey: 0, apiVersion: 7, encode: async () => reference } };
    const raw = (await frame({ ...options, request: { ...request, apiVersion: 7 } })).buffer;
    expect((await frame(options)).buffer.equals(raw)).toBe(true);
    useRecordsPath('stock');
    expect((await frame(options)).buffer.equals(raw)).toBe(true);
  });

  test("messages that are not raw take kafkajs' own encoder", async () => {
    const topicData = [{ topic: 't', partitions: [{ partition: 0, messages: [{ key: null, value: Buffer.from('v'), headers: {} }] }] }];
    const { buffer } = await produce({ acks: 0, timeout: 1, topicData }).encode();
    expect(buffer.includes('v')).toBe(true);
    expect(produce({ acks: 0, timeout: 1, topicData }).expectResponse()).toBe(false);
  });
});
