import { describe, expect, test, vi } from 'vitest';
import { composeSource, type SourceSink } from '../../../host/connector/source.ts';
import type { SchemaService } from '../../../host/sdk/index.ts';
import { DrivenSource } from '../plugin/support.ts';

const noSchemas = (): SchemaService => {
  throw new Error('the schema service was asked for');
};

function composed(schemas: (() => SchemaService) | null = noSchemas) {
  const inner = new DrivenSource();
  const source = composeSource(inner, { log: () => {}, connectorId: 'p:c', schemas });
  const emitted: number[] = [];
  const sink: SourceSink = { batch: (batch) => (emitted.push(batch.count), true), failed: () => {} };
  return { inner, source, emitted, sink };
}

describe('a composed source', () => {
  test('gives its component settings without the blanks around names and values', async () => {
    const { inner, source } = composed();
    await source.configure({ ' servers': 'a:1 ', 'topics\t': ' t' });
    expect(inner.told).toEqual(['configure {"servers":"a:1","topics":"t"}']);
  });

  test('reads as many records at once as sdk.batch.size says, whatever blanks are around the name', async () => {
    const { inner, source, sink } = composed();
    await source.configure({ ' sdk.batch.size ': ' 7' });
    source.run(sink);
    expect(inner.credit).toEqual({ maxRecords: 7 });
  });

  test('never raises the credit that its caller gives', async () => {
    const { inner, source, sink } = composed();
    await source.configure({ 'sdk.batch.size': '700' });
    source.run(sink, { credit: { maxRecords: 5, maxBytes: 9 } });
    expect(inner.credit).toEqual({ maxRecords: 5, maxBytes: 9 });
  });

  test('emits what sdk.batch.delay holds back before a stop resolves, and answers its position', async () => {
    const { inner, source, emitted, sink } = composed();
    await source.configure({ 'sdk.batch.size': '100', 'sdk.batch.delay': '1h' });
    source.run(sink);
    inner.emit(0, 2);
    inner.emit(2, 2);
    expect(emitted).toEqual([]);
    expect(Buffer.from(await source.stop()).toString()).toBe('p3');
    expect(emitted).toEqual([4]);
  });

  test('refuses schemas that are asked for where there is no schema service', async () => {
    const { source } = composed(null);
    expect(await source.configure({ 'sdk.schema.extract.payload.enabled': 'true' })).toEqual([
      { name: 'sdk.schema.extract.payload.enabled', reason: expect.stringContaining("needs Conduit's schema service") as string },
    ]);
    expect(await source.configure({ 'sdk.schema.extract.payload.enabled': 'false' })).toEqual([]);
  });

  test('asks for no schema service before a schema is needed', async () => {
    const schemas = vi.fn(noSchemas);
    const { source, sink } = composed(schemas);
    await source.configure({ 'sdk.schema.extract.payload.enabled': 'true' });
    source.run(sink);
    expect(schemas).not.toHaveBeenCalled();
    await source.teardown();
  });
});
