import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { destinationStages, sourceStages, type SchemaService } from '../../../host/sdk/index.ts';
import { acksFor, acksIn, batchOf, collectedLog, memorySchemas, raw, recordsIn, structured } from '../sdk/support.ts';

const unreachable = (): ConnectorError => new ConnectorError('environment', 'it did not answer', { fields: { target: 'h:1' } });
const metadata = { 'opencdc.payload.schema.subject': 's', 'opencdc.payload.schema.version': '1' };
/** An Avro int. */
const batch = (count: number): Uint8Array =>
  batchOf(...Array.from({ length: count }, () => ({ position: 'p', metadata, payload: { after: raw(Buffer.from([2])) } })));
const next = async (records: Uint8Array): Promise<Uint8Array> => acksFor(records);

/** A service that fails as often as told before it answers. */
function failing(times: number, error = unreachable): { service: SchemaService; calls: () => number } {
  const service = memorySchemas({ 's:1': { type: 'record', name: 'r', fields: [{ name: 'i', type: 'int' }] } });
  let calls = 0;
  const failFirst =
    <Arguments extends unknown[], Answer>(call: (...given: Arguments) => Promise<Answer>) =>
    (...given: Arguments): Promise<Answer> =>
      ++calls > times ? call(...given) : Promise.reject(error());
  return { service: { ...service, get: failFirst(service.get), create: failFirst(service.create) }, calls: () => calls };
}

describe('a schema service that cannot be reached', () => {
  test('is asked again, with a warning each time, before a record is refused', async () => {
    const { service, calls } = failing(4);
    const { log, lines } = collectedLog();
    const { write } = destinationStages({ settings: {}, log, schemas: () => service });
    const done = write!(batch(1), next);
    expect(acksIn(await done)).toEqual([{ position: 'p', error: '' }]);
    expect(calls()).toBe(5);
    expect(lines.filter((line) => line.startsWith('warn: it did not answer')).length).toBe(4);
  });

  test('costs the wait once, not for each record, and is used again when it is back', async () => {
    const { service, calls } = failing(7);
    const { write } = destinationStages({ settings: {}, log: () => {}, schemas: () => service });
    const done = write!(batch(3), next);
    expect(acksIn(await done).map(({ error }) => error)).toEqual(
      Array.from({ length: 3 }, () => 'failed to decode payload: failed to get schema for s:1: it did not answer'),
    );
    expect(calls()).toBe(7);
    expect(acksIn(await write!(batch(1), next))).toEqual([{ position: 'p', error: '' }]);
  });

  test('is waited for no longer when the destination closes, and no record is refused for that', async () => {
    const { service } = failing(Infinity);
    const { write, close } = destinationStages({ settings: {}, log: () => {}, schemas: () => service });
    const done = expect(write!(batch(1), next)).rejects.toMatchObject({ code: 'cancelled' });
    await sleep(50);
    await close!();
    await done;
  });

  test('does not end a source that extracts schemas while it comes back, and closing ends the wait', async () => {
    const { service } = failing(2);
    const out: Uint8Array[] = [];
    const failures: ConnectorError[] = [];
    const outlet = {
      batch: ({ data }: { data: Uint8Array }) => out.push(data) > 0,
      failed: (error: ConnectorError) => void failures.push(error),
    };
    const source = (schemas: SchemaService): ReturnType<typeof sourceStages> =>
      sourceStages({
        settings: { 'sdk.schema.extract.payload.enabled': 'true' },
        connectorId: 'c',
        log: () => {},
        schemas: () => schemas,
      });
    const data = batchOf({ position: 'p', payload: { after: structured({ n: 1 }) } });
    const read = { data, count: 1, lastPosition: Buffer.from('p') };
    const back = source(service);
    back.sink!(outlet, { resume() {} }).batch(read);
    const flushed = back.flush!();
    await flushed;
    expect(out.flatMap((bytes) => recordsIn(bytes)).map(({ position }) => position)).toEqual(['p']);

    const gone = source(failing(Infinity).service);
    gone.sink!(outlet, { resume() {} }).batch(read);
    await sleep(50);
    await gone.close!();
    await gone.flush!();
    expect(failures).toEqual([]);
  });

  test.each([
    ['has refused the schema', (): ConnectorError => new ConnectorError('input.invalid', 'not found')],
    ['has no address', (): ConnectorError => new ConnectorError('environment', 'Conduit named no schema service')],
  ])('is asked once when it %s', async (_, error) => {
    const { service, calls } = failing(1, error);
    const { write } = destinationStages({ settings: {}, log: () => {}, schemas: () => service });
    expect(acksIn(await write!(batch(1), next))[0]!.error).toContain(error().message);
    expect(calls()).toBe(1);
  });
});
