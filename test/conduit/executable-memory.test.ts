/** How much of the memory that its records needed an idle plugin process still holds. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DestinationEngine, SourceEngine } from '../support/engine.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { startPlugin } from '../support/plugin-process.ts';
import { PLUGIN } from './real/conduit.ts';
import { record } from './wire/support.ts';
import { eventually, sleep } from '../support/wait.ts';
import { skipped } from '../support/skipped.ts';

const RECORDS = 100_000;
const BATCH = 1_000;
/** Two looks at the process, and what they set off. */
const RELEASED_MS = 40_000;

// Linux counts the memory that belongs to one process alone; only glibc keeps freed memory until the program asks it to return it.
const countable = process.platform === 'linux' && existsSync('/proc/self/smaps_rollup') && hasGlibc();

function hasGlibc(): boolean {
  return (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime !== undefined;
}

/** Pages that are neither shared with other processes nor a copy of a file: what the process costs the machine. */
async function ownKilobytes(pid: number): Promise<number> {
  const [, kilobytes] = /^Private_Dirty:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'))!;
  return Number(kilobytes);
}

const whyNot = countable ? null : 'only Linux with glibc tells and gives back the memory of a process';
test.skipIf(whyNot !== null)(
  `a source that has read and waits gives back half of its own memory, and reads on${skipped(whyNot)}`,
  async () => {
    const { servers } = sharedBroker();
    const topic = uniqueName('memory');
    const value = Buffer.alloc(200, 'x');
    const batch = (from: number) =>
      Array.from({ length: BATCH }, (_, index) => record(from + index, { payload: { after: { raw_data: value } } }));
    const writer = await startPlugin({ command: [PLUGIN], bare: true });
    const reader = await startPlugin({ command: [PLUGIN], bare: true });
    try {
      const destination = new DestinationEngine(writer, 'v2');
      await destination.start({ servers, topic, 'sdk.record.format': 'raw' });
      for (let from = 0; from < RECORDS; from += BATCH) await destination.write(batch(from));
      const source = new SourceEngine(reader, 'v2');
      await source.start({ servers, topics: topic, readFromBeginning: 'true' });
      await source.until(RECORDS, 60_000);
      const pid = reader.child.pid!;
      const used = await ownKilobytes(pid);
      await eventually(
        async () => {
          await sleep(500);
          return (await ownKilobytes(pid)) < used / 2;
        },
        RELEASED_MS,
        `less than half of ${used} kB`,
      );
      await destination.write(batch(RECORDS));
      await source.until(RECORDS + BATCH);
      await source.stop();
      await destination.stop();
      expect(reader.logLines().filter((line) => ['raw', 'warn'].includes(line['@level']))).toEqual([]);
    } finally {
      await writer.dispose();
      await reader.dispose();
    }
  },
);
