import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { SourceEngine } from '../../support/engine.ts';
import { pluginCommand } from '../../support/plugin-process.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, membersOf, plugin } from './support.ts';
import { eventually } from '../../support/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'orphan-'));
afterEach(async () => {
  await disposeAll();
  rmSync(folder, { recursive: true, force: true });
});

const { servers } = sharedBroker();
const topics = new Topics(servers);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a plugin whose Conduit was killed leaves its consumer group, with a commit of what was acknowledged, and is gone within 5 s', async () => {
  const topic = uniqueName('orphan');
  const groupID = uniqueName('group');
  await topics.create(topic);
  await topics.fill(topic, 1_000, (index) => Buffer.from(`value ${index}`));
  const pidFile = join(folder, 'pid');
  const parent = fileURLToPath(new URL('orphan.ts', import.meta.url));
  const started = await plugin({ command: [process.execPath, parent, pidFile, ...pluginCommand()] });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const source = new SourceEngine(started, 'v1');
  await source.start({ servers, topics: topic, groupID, readFromBeginning: 'true' });
  await source.until(1_000);
  await source.acknowledged();
  expect(await membersOf(servers, groupID)).toBe(1);
  started.child.kill('SIGKILL'); // the parent; this test's own connection stays open, so that only the parent's end tells
  await eventually(() => !isAlive(pid), 5_000, 'the end of the plugin');
  expect(await membersOf(servers, groupID)).toBe(0);
  expect(await topics.committed(groupID, topic)).toBe(1_000);
});
