import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programConnectors } from '../../host/cli/connectors.ts';
import { main } from '../../host/cli/main.ts';
import { kafkaProgram } from '../../host/program/kafka.ts';
import kafkajs from '../support/plain-kafkajs.ts';
import { cli } from '../unit/cli/spawned.ts';
import { FakeIo } from '../unit/cli/fake-io.ts';
import { uniqueName } from '../support/broker.ts';
import {
  admin,
  all,
  at,
  committed,
  filled,
  from,
  piping,
  plain,
  read,
  record,
  records,
  servers,
  topic,
  useAdmin,
  values,
} from './support/cli-topics.ts';

useAdmin();

describe('destination', () => {
  it('ends with 0 on empty input', async () => {
    expect(await cli(['destination', '-q', ...at(await topic())])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('names a line that is not an OpenCDC record, ends with 1, and has written everything before it', async () => {
    const name = await topic();
    const run = await cli(['destination', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: `${records(1500)}{"id":1}\n${records(10)}`,
    });
    expect(run.code).toBe(1);
    expect(run.err).toContain(
      'input.invalid: line 1501 is not an OpenCDC record: the record has a field "id", which OpenCDC does not know; expected an OpenCDC record such as',
    );
    expect(await all(name)).toEqual(values(1500));
  });

  it('fails only the record that is over the limit of the broker, and ends with 1', async () => {
    const name = await topic();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    });
    // Not compressible: the limit is one of the compressed batch.
    const large = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64');
    const run = await cli(['destination', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: record('before') + record(large) + record('after'),
    });
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/^error: line 2: .*MESSAGE_TOO_LARGE/m);
    expect(run.err).toContain('kafka.rejected: 1 of 3 records were not written');
    expect(await all(name)).toEqual(['before', 'after']);
  });
});

describe('pipe', () => {
  it('moves a topic to another one: content, keys and order of each partition, all committed', async () => {
    const [name, copy, group] = [await filled(5000, 3), await topic(3), uniqueName('group')];
    const run = await cli([...piping(name, copy, group), '--json']);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(run.out)).toMatchObject({ command: 'pipe', ok: true, result: { records: 5000 } });
    expect(await committed(group, name)).toBe(5000);
    const content = async (topic: string): Promise<string[]> =>
      read((await cli(['source', '-q', ...from(topic)])).lines)
        .map(
          ({ position, key, payload }) =>
            `${(JSON.parse(plain(position)!) as { Partition: number }).Partition} ${plain(key)} ${plain(payload.after)}`,
        )
        .toSorted();
    expect(await content(copy)).toEqual(await content(name));
  });

  it('reads its settings from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    try {
      const [name, copy] = [await filled(20), await topic()];
      await writeFile(
        `${folder}/pipe.yaml`,
        `source:\n  servers: ${servers}\n  topics: ${name}\n  readFromBeginning: true\ndestination:\n  servers: ${servers}\n  topic: overridden\n  sdk.record.format: raw\n`,
      );
      expect((await cli(['pipe', '-q', '--config', `${folder}/pipe.yaml`, '--destination', `topic=${copy}`])).code).toBe(0);
      expect(await all(copy)).toEqual(values(20));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('stops at a record that cannot be written, and commits only what is before it', async () => {
    const [name, copy, group] = [await topic(), await topic(), uniqueName('group')];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: copy, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    });
    const large = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64');
    await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: record('value 0') + record('value 1') + record(large) + record('value 3'),
    });
    const run = await cli(piping(name, copy, group));
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/^kafka\.rejected: the record at \{"GroupID":.*"Offset":2\}: .*MESSAGE_TOO_LARGE/m);
    expect(await committed(group, name)).toBe(2);
  });
});

describe('the progress line', () => {
  it('shows records, rate and lag on a terminal', async () => {
    const name = await filled(30_000);
    const io = new FakeIo({ isTTY: true, columns: 100 });
    // The lines are taken slowly, so that there is a lag to see.
    const ended = main(['source', ...from(name)], io, () => programConnectors(async () => kafkaProgram()));
    io.stdout.pause();
    const slowly = setInterval(() => io.stdout.read(200_000) as unknown, 20);
    const code = await ended;
    clearInterval(slowly);
    expect(code).toBe(0);
    const lags = [...io.err.matchAll(/([\d,]+) records {2}[\d,]+\/s {2}lag ([\d,]+)/g)].map(([, done, lag]) =>
      [done, lag].map((text) => Number(text!.replaceAll(',', ''))),
    );
    expect(lags.length).toBeGreaterThan(1);
    for (const [done, lag] of lags) {
      expect(lag).toBeGreaterThanOrEqual(0);
      expect(done! + lag!).toBeLessThanOrEqual(30_000);
    }
    expect(io.err).toMatch(/read 30,000 records in [\d.]+ s \([\d,]+\/s\)\n$/);
  });

  it('never appears in a pipe', async () => {
    const run = await cli(['source', ...from(await filled(5000))]);
    expect(run.err).toMatch(/^read 5,000 records in [\d.]+ s \([\d,]+\/s\)\n$/);
  });
});
