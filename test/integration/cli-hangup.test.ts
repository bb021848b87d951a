/** A terminal that is closed: SIGHUP ends a command in order, as SIGTERM does. */
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import kafkajs from '../support/plain-kafkajs.ts';
import { Cli, cli } from '../unit/cli/spawned.ts';
import { skipped } from '../support/skipped.ts';

const { servers } = sharedBroker();
const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const RECORDS = 500;
let admin: Admin;

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
});
afterAll(() => admin.disconnect());

async function filledTopic(): Promise<string> {
  const topic = uniqueName('hangup');
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  const line = `${JSON.stringify({ position: null, operation: 'create', metadata: null, key: null, payload: { before: null, after: 'b25l' } })}\n`;
  const written = await cli(['destination', '-q', '-c', `servers=${servers}`, '-c', `topic=${topic}`], { input: line.repeat(RECORDS) });
  expect(written).toMatchObject({ code: 0, err: '' });
  return topic;
}

const reading = (topic: string, group: string): string[] =>
  ['servers=' + servers, `topics=${topic}`, 'readFromBeginning=true', `groupID=${group}`].flatMap((setting) => ['-c', setting]);

async function stateOf(group: string, topic: string): Promise<{ committed: number; members: number }> {
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const { groups } = await admin.describeGroups([group]);
  return { committed: Number(found!.partitions[0]!.offset), members: groups[0]!.members.length };
}

describe('SIGHUP', () => {
  it('ends source with 0: everything printed is committed, and it has left the group', async () => {
    const topic = await filledTopic();
    const group = uniqueName('group');
    const run = new Cli(['source', ...reading(topic, group), '--follow']);
    await run.until('"position"');
    run.process.kill('SIGHUP');
    const { code, signal, lines } = await run.done;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(await stateOf(group, topic)).toEqual({ committed: lines.length, members: 0 });
  });

  // Python's pty module gives the command a terminal that can be closed under it.
  const whyNot = hasPython() ? null : 'python3 is not there';
  it.skipIf(whyNot !== null)(
    `when the terminal goes, with its output and its errors on it: it has left the group, nothing unread is committed${skipped(whyNot)}`,
    async () => {
      const topic = await filledTopic();
      const group = uniqueName('group');
      const main = fileURLToPath(new URL('../../host/main.ts', import.meta.url));
      const command = [process.execPath, main, 'source', ...reading(topic, group), '--follow', '--log-level', 'debug'];
      const { stdout } = await promisify(execFile)('python3', ['-c', CLOSED_TERMINAL, ...command], { maxBuffer: 64e6, timeout: 60_000 });
      const { exit, records } = JSON.parse(stdout) as { exit: number; records: number };
      expect(exit).toBe(0);
      expect(records).toBeGreaterThan(0);
      const { committed, members } = await stateOf(group, topic);
      expect(members).toBe(0);
      expect(committed).toBeLessThanOrEqual(records);
    },
  );
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pty'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a command in a terminal, closes that after all records are there, and prints its exit code and how many records it saw. */
const CLOSED_TERMINAL = `
import json, os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
deadline = time.monotonic() + 30
while seen.count(b'"position"') < ${RECORDS} and time.monotonic() < deadline:
    seen += os.read(terminal, 65536)
os.close(terminal)
_, status = os.waitpid(pid, 0)
print(json.dumps({'exit': os.waitstatus_to_exitcode(status), 'records': seen.count(b'"position"')}))
`;
