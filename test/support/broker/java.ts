import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const KAFKA_VERSION = '4.1.0'; // of pom.xml
const JARS = fileURLToPath(new URL(`../../../.cache/kafka-${KAFKA_VERSION}`, import.meta.url));
const MIN_JAVA = 17;
const FETCH_TIMEOUT_MS = 5 * 60_000;

/** The `java` to use, of JAVA_HOME or the PATH. */
export const javaCommand = (): string => (process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java');

/** Why Kafka's jars cannot run here, or null if they can. */
export async function whyNoJars(): Promise<string | null> {
  let version: string;
  try {
    version = (await run(javaCommand(), ['-version'])).stderr;
  } catch {
    return `Java ${MIN_JAVA} or newer: \`${javaCommand()}\` does not run`;
  }
  const major = Number(/version "(\d+)/.exec(version)?.[1] ?? 0);
  if (major < MIN_JAVA) return `Java ${MIN_JAVA} or newer: \`${javaCommand()}\` is ${version.split('\n')[0]}`;
  if (existsSync(JARS)) return null;
  try {
    await run('mvn', ['-version']);
    return null;
  } catch {
    return 'Maven, to fetch Kafka once: `mvn` does not run';
  }
}

/** The folder with Kafka's jars; the first call on a machine has Maven fetch them (about 45 MB). */
export async function kafkaJars(): Promise<string> {
  if (existsSync(JARS)) return JARS;
  await mkdir(dirname(JARS), { recursive: true });
  const partial = await mkdtemp(`${JARS}-`);
  try {
    const arguments_ = ['-q', '-B', '-ntp', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`];
    await run('mvn', arguments_, { timeout: FETCH_TIMEOUT_MS, maxBuffer: 16 << 20 });
    await rename(partial, JARS);
  } catch (error) {
    // Another run was faster: its folder is whole, because it too appeared in one step.
    if (existsSync(JARS)) return JARS;
    const output = error as { stdout?: string; message?: string };
    throw new Error(
      `Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${(output.stdout ?? '').trim() || output.message}. Check its network access (settings.xml).`,
      {
        cause: error,
      },
    );
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return JARS;
}
