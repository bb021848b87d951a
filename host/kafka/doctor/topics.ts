/** Checks topics: that they exist, that their partitions have leaders, and what the user may do with them. */
import type { Inspector, Operation, TopicView } from '../inspector.ts';
import { failed, ok, skipped, warning, type Report } from './check.ts';

/** Where records are read from or written to. */
export interface TopicUse {
  names: readonly string[];
  operation: Extract<Operation, 'read' | 'write'>;
  /** `batchBytes` of a destination; null for a source. */
  maxBatchBytes: number | null;
}

/** Resolves with the topics that exist. */
export async function checkTopics(inspector: Inspector, use: TopicUse, report: Report): Promise<string[]> {
  const found: string[] = [];
  for (const topic of await inspector.topics(use.names)) {
    if (!exists(topic, use, report)) continue;
    found.push(topic.name);
    checkLeaders(topic, report);
    checkOperation(topic, use.operation, report);
    if (use.maxBatchBytes !== null) await checkSize(inspector, topic.name, use.maxBatchBytes, report);
  }
  return found;
}

function exists({ name, error, partitions, operations }: TopicView, { operation }: TopicUse, report: Report): boolean {
  if (error === null) {
    report(ok('topic', name, `exists, ${count(partitions.length, 'partition')}`));
    return true;
  }
  if (error === 'TOPIC_AUTHORIZATION_FAILED') {
    report(
      failed(
        'authorisation',
        name,
        `${error}: the user may not see the topic`,
        `let an administrator allow DESCRIBE and ${operation.toUpperCase()} on it`,
      ),
    );
  } else if (error === 'UNKNOWN_TOPIC_OR_PARTITION' && operation === 'write') {
    const can =
      operations?.has('create') === false ? ', and the user may not create it' : ', unless the brokers create topics by themselves';
    report(warning('topic', name, `does not exist${can}`, 'create it'));
  } else {
    const fix =
      error === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'check the spelling of the name, or create the topic' : 'change the name of the topic';
    report(failed('topic', name, error === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'does not exist' : error, fix));
  }
  return false;
}

function checkLeaders({ name, partitions }: TopicView, report: Report): void {
  const without = partitions.filter(({ leader }) => leader < 0).map(({ partition }) => partition);
  const behind = partitions.filter(({ leader, replicas, inSync }) => leader >= 0 && inSync < replicas).map(({ partition }) => partition);
  if (without.length > 0)
    report(failed('leaders', name, `no leader: partition ${without.join(', ')}`, 'start the brokers that hold these partitions'));
  else if (behind.length > 0)
    report(
      warning('leaders', name, `replicas out of sync: partition ${behind.join(', ')}`, 'look after the brokers that are behind or down'),
    );
  else report(ok('leaders', name, 'every partition has a leader, and its replicas are in sync'));
}

function checkOperation({ name, operations }: TopicView, operation: Operation, report: Report): void {
  const word = operation.toUpperCase();
  if (operations === null) report(skipped('authorisation', name, 'the broker does not tell what the user may do'));
  else if (operations.has(operation)) report(ok('authorisation', name, `the user may ${operation}`));
  else report(failed('authorisation', name, `the user may not ${operation}`, `let an administrator allow ${word} on the topic`));
}

async function checkSize(inspector: Inspector, name: string, maxBatchBytes: number, report: Report): Promise<void> {
  const setting = 'max.message.bytes';
  let limit: number;
  try {
    limit = Number((await inspector.topicSettings(name, [setting])).get(setting));
  } catch {
    report(skipped('batch size', name, `the user may not see ${setting} of the topic`));
    return;
  }
  if (!Number.isFinite(limit)) report(skipped('batch size', name, `the broker does not tell ${setting}`));
  else if (maxBatchBytes <= limit) report(ok('batch size', name, `batchBytes ${maxBatchBytes} is within ${setting} ${limit}`));
  else
    report(
      warning(
        'batch size',
        name,
        `batchBytes ${maxBatchBytes} is above ${setting} ${limit}`,
        `set batchBytes to ${limit} at most, or raise ${setting}`,
      ),
    );
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
