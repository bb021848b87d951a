/** Other people's Kafka clients, each a command: Java's from the jars of the broker, and librdkafka in the form of kcat. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Compression } from '../../../host/kafka/contract.ts';
import { javaCommand, kafkaJars, whyNoJars } from '../../support/broker/java.ts';
import { uniqueName } from '../../support/broker.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const SOURCE = join(import.meta.dirname, 'JavaClient.java');

/** A record as text; null as in Kafka. */
export interface PlainRecord {
  key: string | null;
  value: string | null;
  headers: [string, string | null][];
}

export interface OtherClient {
  readonly name: string;
  /** Why it cannot run here; null if it can. */
  whyNot(): Promise<string | null>;
  /** Writes records of its own making into partition 0, and resolves with them. */
  write(servers: string, topic: string, count: number, compression: Compression): Promise<PlainRecord[]>;
  /** The first `count` records of partition 0. */
  read(servers: string, topic: string, count: number): Promise<PlainRecord[]>;
}

async function java(...args: string[]): Promise<string> {
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const { stdout } = await run(javaCommand(), ['-cp', join(await kafkaJars(), '*'), quiet, SOURCE, ...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: 64 << 20,
  });
  return stdout;
}

const text = (hex: string): string | null => (hex === '-' ? null : Buffer.from(hex, 'hex').toString());

export const JAVA: OtherClient = {
  name: 'the Java client',
  async whyNot() {
    const noJars = await whyNoJars();
    if (noJars !== null) return noJars;
    return run(javaCommand(), ['--list-modules']).then(
      ({ stdout }) => (stdout.includes('jdk.compiler') ? null : 'a JDK: this Java cannot compile'),
      () => 'a JDK: this Java does not list its modules',
    );
  },
  async write(servers, topic, count, compression) {
    await java('write', servers, compression, topic, String(count));
    return Array.from({ length: count }, (_, i) => ({
      key: i % 7 === 0 ? null : `key ${i}`,
      value: i % 11 === 0 ? null : `value ${i}${' '.repeat(i % 50)}`,
      headers: [
        ['h', `header ${i}`],
        ['empty', ''],
        ['null', null],
      ],
    }));
  },
  async read(servers, topic, count) {
    const lines = (await java('read', servers, topic, String(count))).split('\n').slice(0, -1);
    return lines.map((line) => {
      const [key = '', value = '', ...headers] = line.split(' ');
      return {
        key: text(key),
        value: text(value),
        headers: headers.map((header): [string, string | null] => {
          const equals = header.indexOf('=');
          return [header.slice(0, equals), text(header.slice(equals + 1))];
        }),
      };
    });
  },
};

interface KcatRecord {
  key: string | null;
  payload: string | null;
  headers?: (string | null)[];
}

export const LIBRDKAFKA: OtherClient = {
  name: 'librdkafka',
  whyNot: () =>
    run('kcat', ['-V']).then(
      () => null,
      () => 'kcat is not on the PATH (apt install kcat)',
    ),
  async write(servers, topic, count, compression) {
    const records = Array.from({ length: count }, (_, i): PlainRecord => ({
      // kcat writes an empty key or value as null with -Z.
      key: i % 7 === 0 ? null : `key ${i}`,
      value: i % 11 === 0 ? null : `value ${i}${' '.repeat(i % 50)}`,
      headers: [['h', 'header']],
    }));
    const args = ['-P', '-b', servers, '-t', topic, '-p', '0', '-K', '\t', '-Z', '-H', 'h=header'];
    const child = run('kcat', [...args, '-z', compression, '-X', 'linger.ms=50', '-X', 'batch.size=200000'], { timeout: TIMEOUT_MS });
    child.child.stdin?.end(records.map(({ key, value }) => `${key ?? ''}\t${value ?? ''}\n`).join(''));
    await child;
    return records;
  },
  async read(servers, topic, count) {
    const args = [
      '-C',
      '-b',
      servers,
      '-t',
      topic,
      '-p',
      '0',
      '-o',
      'beginning',
      '-c',
      String(count),
      '-J',
      '-q',
      '-X',
      `client.id=${uniqueName('kcat')}`,
    ];
    const { stdout } = await run('kcat', args, { timeout: TIMEOUT_MS, maxBuffer: 64 << 20 });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { key, payload, headers = [] } = JSON.parse(line) as KcatRecord;
        const pairs = Array.from({ length: headers.length / 2 }, (_, i): [string, string | null] => [
          headers[2 * i] ?? '',
          headers[2 * i + 1] ?? null,
        ]);
        return { key, value: payload, headers: pairs };
      });
  },
};

/** Lets librdkafka choose the partitions of records with these keys, which are also their values. */
export async function writeByKey(servers: string, topic: string, keys: readonly string[]): Promise<void> {
  const child = run('kcat', ['-P', '-b', servers, '-t', topic, '-K', '\t'], { timeout: TIMEOUT_MS });
  child.child.stdin?.end(keys.map((key) => `${key}\t${key}\n`).join(''));
  await child;
}
