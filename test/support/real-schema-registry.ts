/** A real schema registry: Apicurio in memory, fetched by Maven, whose Confluent API is at `url`. Started for the test that asks for it. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { javaCommand, whyNoJars } from './broker/java.ts';
import { reservePorts } from './broker/ports.ts';

const VERSION = '2.6.13.Final';
const FOLDER = fileURLToPath(new URL(`../../.cache/apicurio-registry-${VERSION}`, import.meta.url));
const JAR = path.join(FOLDER, `apicurio-registry-app-${VERSION}-runner.jar`);
const FETCH_TIMEOUT_MS = 5 * 60_000;
const STARTED_MS = 120_000;
const run = promisify(execFile);

export interface SchemaRegistryProcess {
  url: string;
  close(): Promise<void>;
}

/** Why there is none; null if there is. The first call on a machine has Maven fetch it (about 140 MB). */
export async function whyNoSchemaRegistry(): Promise<string | null> {
  if (existsSync(JAR)) return null;
  const whyNot = await whyNoJars();
  if (whyNot !== null) return whyNot;
  const partial = await mkdtemp(`${FOLDER}-`).catch(async () => {
    await mkdir(path.dirname(FOLDER), { recursive: true });
    return mkdtemp(`${FOLDER}-`);
  });
  try {
    const archive = `apicurio-registry-app-${VERSION}-all.tar.gz`;
    const artifact = `-Dartifact=io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
    await run('mvn', ['-q', '-B', 'dependency:copy', artifact, `-DoutputDirectory=${partial}`], { timeout: FETCH_TIMEOUT_MS });
    await run('tar', ['xzf', path.join(partial, archive), '-C', partial]);
    await rm(path.join(partial, archive));
    await rename(partial, FOLDER);
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(JAR)) return `Maven could not fetch the Apicurio registry ${VERSION}: ${(error as Error).message.split('\n')[0]}`;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return null;
}

export async function startSchemaRegistry(): Promise<SchemaRegistryProcess> {
  const reserved = await reservePorts(1);
  const [port] = reserved.ports;
  reserved.release();
  const child = spawn(
    javaCommand(),
    [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      '-jar',
      JAR,
    ],
    { cwd: FOLDER, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const deadline = performance.now() + STARTED_MS;
  for (;;) {
    const answer = await fetch(`${url}/subjects`).catch(() => null);
    if (answer?.ok) break;
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the schema registry did not start (${child.exitCode ?? 'no answer'})`);
    }
    await sleep(200);
  }
  return {
    url,
    close: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
