import { ConnectorError } from '../../base/errors.ts';
import type { Connection, ConsumerOptions, ProducerOptions } from '../../kafka/contract.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import { type Check, failed, ok, skipped } from '../../kafka/doctor/check.ts';
import { checkConnection, type Kafka, type LookParts } from '../../kafka/index.ts';
import { configure, teardown, type CommandReport, type Context } from './context.ts';
import { linesOf } from './failure.ts';
import { printable } from '../terminal/terminal.ts';
import type { Settings, Side } from '../settings/settings.ts';

/** What the component asks of Kafka when it opens. */
interface Wanted {
  connection: Connection;
  parts: LookParts;
  consumer: ConsumerOptions | null;
  producer: ProducerOptions | null;
}

const MARKS: Readonly<Record<Check['status'], string>> = { ok: 'ok', warning: 'warn', failed: 'FAIL', skipped: '-' };
/** Of the error that ends the open of the component, which never reaches a user. */
const SEEN = 'doctor has seen what it needs';

/** `doctor`: checks settings, network, login, topics, permissions and group one after the other. It joins no group and writes nothing. */
export async function doctor(context: Context, side: Side, settings: Settings): Promise<CommandReport> {
  const checks: Check[] = [];
  const report = (check: Check): void => void checks.push(check);
  const wanted = await examineSettings(context, side, settings, report);
  if (wanted !== null) {
    const { connection, parts, consumer, producer } = wanted;
    const topic = producer === null ? null : await destinationTopic(context, settings, report);
    await checkConnection(
      connection,
      { ...parts, asker: 'doctor' },
      {
        topics:
          // A source with topicsRegex asks for none before it has listed them.
          consumer !== null && consumer.topics.length > 0
            ? { names: consumer.topics, operation: 'read', maxBatchBytes: null }
            : topic === null
              ? null
              : { names: [topic], operation: 'write', maxBatchBytes: producer?.maxBatchBytes ?? null },
        group: consumer === null ? null : settings['groupID'] ? { name: settings['groupID'], topics: consumer.topics } : 'made-up',
        signal: context.stop,
      },
      report,
    );
  }
  return outcome(side, checks);
}

/**
 * Lets the component check the settings, and open as far as the first thing that it asks of Kafka, which it does not get. Null if it does not come so
 * far.
 */
async function examineSettings(context: Context, side: Side, settings: Settings, report: (check: Check) => void): Promise<Wanted | null> {
  const seen: { wanted: Wanted | null } = { wanted: null };
  const capabilities = context.connectors.watched((_kafka, parts): Kafka => {
    const see = (connection: Connection, options: Pick<Wanted, 'consumer' | 'producer'>): never => {
      seen.wanted = { connection, parts, ...options };
      throw new ConnectorError('cancelled', SEEN);
    };
    return {
      openConsumer: async (connection, consumer) => see(connection, { consumer, producer: null }),
      openProducer: async (connection, producer) => see(connection, { consumer: null, producer }),
    };
  });
  const choice = { log: context.log, capabilities };
  const connector = side === 'source' ? context.connectors.source(choice) : context.connectors.destination(choice);
  try {
    await configure(context, side, connector, settings);
    await (side === 'source' ? (connector as Source).open(null) : (connector as Destination).open());
  } catch (error) {
    if (seen.wanted === null) {
      report(
        failed(
          'settings',
          side,
          linesOf(ConnectorError.from(error))
            .map((line) => line.trim())
            .join('; '),
          'change these settings',
        ),
      );
    }
  } finally {
    await teardown({ ...context, log: () => undefined }, side, connector);
  }
  if (seen.wanted !== null) report(ok('settings', side, 'are valid'));
  return seen.wanted;
}

/** The topic of a destination; null, with a line that says so, if each record has one of its own. */
async function destinationTopic(context: Context, settings: Settings, report: (check: Check) => void): Promise<string | null> {
  const { destinationParams } = await context.connectors.specify();
  const topic = settings['topic'] || (destinationParams.find(({ name }) => name === 'topic')?.defaultValue ?? '');
  if (!topic.includes('{{')) return topic;
  report(skipped('topic', topic, 'a template: each record has a topic of its own'));
  return null;
}

function outcome(side: Side, checks: readonly Check[]): CommandReport {
  const count = (status: Check['status']): number => checks.filter((one) => one.status === status).length;
  const first = checks.find(({ status }) => status === 'failed');
  const summary = `${side}: ${count('ok')} checks passed, ${count('warning')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`;
  const result = { side, checks };
  const text = `${checks.map(lineOf).join('\n')}\n`;
  if (first === undefined) return { summary, result, text };
  const message = `${first.check} of ${first.of}: ${first.found}`;
  return { summary, result, text, error: new ConnectorError('environment', message, { fields: { check: first.check, of: first.of } }) };
}

function lineOf({ status, check, of, found, fix }: Check): string {
  const line = `${MARKS[status].padEnd(5)} ${check.padEnd(13)} ${of}: ${found}`;
  return printable(fix === '' ? line : `${line}. Fix: ${fix}`);
}
