import { ConnectorError } from '../../base/errors.ts';
import { type Check, failed, ok, skipped } from '../../kafka/doctor/check.ts';
import { checkConnection } from '../../kafka/index.ts';
import type { CommandReport, Context } from './context.ts';
import { linesOf } from './failure.ts';
import { printable } from '../terminal/terminal.ts';
import type { Settings, Side } from '../settings/settings.ts';
import { whatIsWanted, type Wanted } from './wanted.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { ok: 'ok', warning: 'warn', failed: 'FAIL', skipped: '-' };

/** `doctor`: checks settings, network, login, topics, permissions and group one after the other. It joins no group and writes nothing. */
export async function doctor(context: Context, side: Side, settings: Settings): Promise<CommandReport> {
  const checks: Check[] = [];
  const report = (check: Check): void => {
    checks.push(check);
    context.print(`${lineOf(check)}\n`);
  };
  const wanted = await examineSettings(context, side, settings, report);
  if (wanted !== null && !context.stop.aborted) {
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
    ).catch((error: unknown) => {
      if (!context.stop.aborted) throw error;
    });
  }
  return outcome(side, checks, context.stop.aborted);
}

/** What the component asks of Kafka. Null, with the check that failed, if its settings are wrong. */
async function examineSettings(context: Context, side: Side, settings: Settings, report: (check: Check) => void): Promise<Wanted | null> {
  try {
    const wanted = await whatIsWanted(context, side, settings);
    report(ok('settings', side, 'are valid'));
    return wanted;
  } catch (error) {
    const found = linesOf(ConnectorError.from(error)).map((line) => line.trim());
    report(failed('settings', side, found.join('; '), 'change these settings'));
    return null;
  }
}

/** The topic of a destination; null, with a line that says so, if each record has one of its own. */
async function destinationTopic(context: Context, settings: Settings, report: (check: Check) => void): Promise<string | null> {
  const { destinationParams } = await context.connectors.specify();
  const topic = settings['topic'] || (destinationParams.find(({ name }) => name === 'topic')?.defaultValue ?? '');
  if (!topic.includes('{{')) return topic;
  report(skipped('topic', topic, 'a template: each record has a topic of its own'));
  return null;
}

function outcome(side: Side, checks: readonly Check[], isStopped: boolean): CommandReport {
  const count = (status: Check['status']): number => checks.filter((one) => one.status === status).length;
  const first = checks.find(({ status }) => status === 'failed');
  const summary = `${isStopped ? 'stopped; ' : ''}${side}: ${count('ok')} checks passed, ${count('warning')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`;
  const result = { side, checks };
  if (first === undefined) return { summary, result };
  const message = `${first.check} of ${first.of}: ${first.found}`;
  return { summary, result, error: new ConnectorError('environment', message, { fields: { check: first.check, of: first.of } }) };
}

function lineOf({ status, check, of, found, fix }: Check): string {
  const line = `${MARKS[status].padEnd(5)} ${check.padEnd(13)} ${of}: ${found}`;
  return printable(fix === '' ? line : `${line.replace(/\.$/, '')}. Fix: ${fix}`);
}
