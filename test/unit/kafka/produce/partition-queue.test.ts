/** Order, retries, splitting and failure of the batches of one partition, with a writer whose answers the test gives. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Deadline } from '../../../../host/base/deadline.ts';
import type { SendFailure } from '../../../../host/kafka/contract.ts';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import { createErrorFromCode } from '../kafkajs-errors.ts';
import { faultOf } from '../../../../host/kafka/kafkajs/errors.ts';
import type { Delivery } from '../../../../host/kafka/produce/delivery.ts';
import { divide } from '../../../../host/kafka/records/outgoing-batch.ts';
import { PartitionQueue } from '../../../../host/kafka/produce/partition-queue.ts';
import { openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { decode, numbered, section } from '../sections.ts';

const answered = (code: number) => faultOf(createErrorFromCode(code));
const REQUEST_TIMED_OUT = 7;
const MESSAGE_TOO_LARGE = 10;

const valuesOf = (batch: Buffer): string[] =>
  readBatches(batch).flatMap((one) => decode(openBatch(one, 1 << 24)).map(({ value }) => value!));

/** A queue whose writer gives the answers of the test; `asked` holds the batches that it was called with. */
function queue(answer: (values: string[], attempt: number, sent: () => void) => Promise<void> | void) {
  const asked: string[][] = [];
  const renewed: unknown[] = [];
  const partitionQueue = new PartitionQueue({
    topic: 't',
    partition: 0,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0, partitioner: 'murmur2' },
    log: () => undefined,
    writer: async () => ({
      write: async (_topic, _partition, batch, _acks, sent) => {
        const values = valuesOf(batch);
        asked.push(values);
        await answer(values, asked.length, sent!);
      },
    }),
    producerId: async () => null,
    unknownTopic: () => undefined,
    renew: (writer) => renewed.push(writer),
  });
  return { partitionQueue, asked, renewed };
}

function delivery(timeoutMs = Number.POSITIVE_INFINITY): Delivery & { failures: SendFailure[]; abort: AbortController } {
  const failures: SendFailure[] = [];
  const abort = new AbortController();
  return {
    failures,
    abort,
    deadline: Deadline.after(timeoutMs),
    signal: abort.signal,
    obstacle: () => null,
    fail: (indexes, kind, text) => {
      for (const index of indexes) failures.push({ index, reason: { kind, text } });
    },
  };
}
const batch = (count: number, from = 0) => divide(section(numbered(count, from)), from, () => 0, 1 << 20).batches[0]!;

afterEach(() => void vi.useRealTimers());

describe('order', () => {
  test('a batch is begun only when the one before is over, also over retries', async () => {
    let failures = 2;
    const { partitionQueue, asked } = queue(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (failures-- > 0) throw answered(REQUEST_TIMED_OUT);
    });
    await Promise.all([
      partitionQueue.deliver(batch(1, 0), delivery()),
      partitionQueue.deliver(batch(1, 1), delivery()),
      partitionQueue.deliver(batch(1, 2), delivery()),
    ]);
    expect(asked.flat()).toEqual(['value-0', 'value-0', 'value-0', 'value-1', 'value-2']);
  });

  test('a batch whose time is over holds the next one back until its own request has ended', async () => {
    const first = Promise.withResolvers<void>();
    const { partitionQueue, asked } = queue((_values, attempt) => (attempt === 1 ? first.promise : undefined));
    const late = delivery(30);
    await partitionQueue.deliver(batch(2), late);
    expect(late.failures).toEqual(
      [0, 1].map((index) => ({
        index,
        reason: { kind: 'unavailable', text: 'records have timed out before they were able to be produced' },
      })),
    );
    const next = partitionQueue.deliver(batch(1, 2), delivery());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toHaveLength(1);
    first.resolve();
    await next;
    expect(asked.flat()).toEqual(['value-0', 'value-1', 'value-2']);
    expect(late.failures).toHaveLength(2);
  });
});

describe('splitting', () => {
  test('finds the records that are too large, and writes the others in order, each once', async () => {
    const written: string[] = [];
    const { partitionQueue } = queue((list) => {
      if (list.includes('value-5') || list.includes('value-12')) throw answered(MESSAGE_TOO_LARGE);
      written.push(...list);
    });
    const outcome = delivery();
    await partitionQueue.deliver(batch(20), outcome);
    expect(outcome.failures.map(({ index }) => index)).toEqual([5, 12]);
    expect(outcome.failures[0]!.reason).toEqual({
      kind: 'rejected',
      text: expect.stringMatching(
        /^MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept\. \(a batch of this record takes \d+ bytes before compression; see max\.message\.bytes of topic "t"\)$/,
      ),
    });
    expect(written).toEqual(
      numbered(20)
        .map(({ value }) => value)
        .filter((value) => value !== 'value-5' && value !== 'value-12'),
    );
  });

  test('at the deadline, what is written stays written and the rest is told', async () => {
    const { partitionQueue } = queue(async (list) => {
      if (list.length > 2) throw answered(MESSAGE_TOO_LARGE);
      if (list.includes('value-2')) await new Promise((resolve) => setTimeout(resolve, 150));
    });
    const outcome = delivery(60);
    await partitionQueue.deliver(batch(4), outcome);
    expect(outcome.failures.map(({ index }) => index)).toEqual([2, 3]);
  });
});

describe('giving up', () => {
  test('what Kafka calls final is not tried again', async () => {
    const { partitionQueue, asked } = queue(() => {
      throw answered(29);
    });
    const outcome = delivery();
    await partitionQueue.deliver(batch(1), outcome);
    expect(asked).toHaveLength(1);
    expect(outcome.failures).toEqual([
      {
        index: 0,
        reason: { kind: 'rejected', text: 'TOPIC_AUTHORIZATION_FAILED: Not authorized to access topics: [Topic authorization failed].' },
      },
    ]);
  });

  test('a topic that is gone is tried four times', async () => {
    const { partitionQueue, asked } = queue(() => {
      throw answered(3);
    });
    const outcome = delivery();
    await partitionQueue.deliver(batch(1), outcome);
    expect(asked).toHaveLength(4);
    expect(outcome.failures[0]!.reason.text).toBe('UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.');
  });

  test('a client that broke inside is replaced, and the records are tried again', async () => {
    const { partitionQueue, asked, renewed } = queue((_values, attempt) => {
      if (attempt === 1) throw new KafkaFault('client', "Cannot read properties of undefined (reading 'nodeId')");
    });
    const outcome = delivery();
    await partitionQueue.deliver(batch(1), outcome);
    expect([asked.length, renewed.length, outcome.failures]).toEqual([2, 1, []]);
  });

  test('a client without an answer is replaced after five tries, and again after five more', async () => {
    const { partitionQueue, asked, renewed } = queue((_values, attempt) => {
      if (attempt <= 10) throw new KafkaFault('connection', 'no broker answers');
    });
    vi.useFakeTimers();
    const delivered = partitionQueue.deliver(batch(1), delivery());
    await vi.advanceTimersByTimeAsync(60_000);
    await delivered;
    expect([asked.length, renewed.length]).toEqual([11, 2]);
  });

  test('closing ends the tries', async () => {
    const { partitionQueue } = queue(() => {
      throw answered(REQUEST_TIMED_OUT);
    });
    const outcome = delivery();
    setTimeout(() => outcome.abort.abort(), 20);
    await partitionQueue.deliver(batch(1), outcome);
    expect(outcome.failures).toEqual([{ index: 0, reason: { kind: 'cancelled', text: 'the producer is closed' } }]);
  });
});

describe('an outcome', () => {
  const lost = () => new KafkaFault('connection', 'Closed connection');
  const NOT_LEADER = 6;
  const UNKNOWN_TOPIC = 3;
  const told = async (outcome: ReturnType<typeof delivery>, answer: Parameters<typeof queue>[0]) => {
    await queue(answer).partitionQueue.deliver(batch(1), outcome);
    return outcome.failures[0]!.reason;
  };

  test.each([
    ['got no answer', () => new Promise<void>(() => {})],
    ['was lost with its connection', () => Promise.reject(lost())],
    ['was written by the leader alone', () => Promise.reject(answered(REQUEST_TIMED_OUT))],
    ['was lost before another try was refused', (attempt: number) => Promise.reject(attempt === 1 ? lost() : answered(NOT_LEADER))],
  ])('of a request that %s is unknown', async (_what, answer) => {
    const reason = await told(delivery(150), (_values, attempt, sent) => {
      sent();
      return answer(attempt);
    });
    expect(reason.kind).toBe('timeout');
    expect(reason.text).toMatch(/^outcome unknown, perhaps written: no broker has confirmed the record within deliveryTimeout/);
  });

  test('of a request that never left is known: not written', async () => {
    const reason = await told(delivery(50), () => Promise.reject(lost()));
    expect(reason).toEqual({
      kind: 'unavailable',
      text: 'records have timed out before they were able to be produced: Closed connection',
    });
  });

  test('of a request that every broker refused is known: not written', async () => {
    const reason = await told(delivery(150), (_values, _attempt, sent) => {
      sent();
      throw answered(NOT_LEADER);
    });
    expect(reason.kind).toBe('unavailable');
  });

  test('of a batch that waits behind another one is known: not written', async () => {
    const { partitionQueue } = queue((_values, _attempt, sent) => {
      sent();
      return new Promise(() => {});
    });
    const [first, second] = [delivery(50), delivery(50)];
    await Promise.all([partitionQueue.deliver(batch(1), first), partitionQueue.deliver(batch(1, 1), second)]);
    expect([first, second].map(({ failures }) => failures[0]!.reason.kind)).toEqual(['timeout', 'unavailable']);
  });

  test('of a request that was lost before its topic was is unknown, with the reason', async () => {
    const reason = await told(delivery(), (_values, attempt, sent) => {
      sent();
      throw attempt === 1 ? lost() : answered(UNKNOWN_TOPIC);
    });
    expect(reason).toEqual({
      kind: 'timeout',
      text: expect.stringMatching(/^outcome unknown, perhaps written: it was sent, and then refused: UNKNOWN_TOPIC_OR_PARTITION/),
    });
  });

  test('of a record that is refused for itself is known, whatever became of its first request', async () => {
    const reason = await told(delivery(), (_values, attempt, sent) => {
      sent();
      throw attempt === 1 ? lost() : answered(MESSAGE_TOO_LARGE);
    });
    expect(reason.kind).toBe('rejected');
  });

  test('of a request that is on its way when the producer closes is unknown', async () => {
    const outcome = delivery();
    setTimeout(() => outcome.abort.abort(), 20);
    const reason = await told(outcome, async (_values, _attempt, sent) => {
      sent();
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw lost();
    });
    expect(reason).toEqual({
      kind: 'timeout',
      text: 'outcome unknown, perhaps written: the producer was closed before a broker confirmed the record',
    });
  });
});
