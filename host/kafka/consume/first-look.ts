/** Look-ups for which a guest waits, over connections of their own: when a consumer opens, and when topics are added or listed. */
import { cancelledBy } from '../../base/abort.ts';
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import { settles, sleep } from '../../base/wait.ts';
import type { KafkaClient, Lookups } from '../client.ts';
import type { Isolation } from '../contract.ts';
import { connectorError } from '../fault.ts';

const LOOK_UP_MS = 10_000;
const INTERVAL_MS = 500;
const CLOSE_MS = 500;

export interface LookOptions {
  isolation?: Isolation;
  signal?: AbortSignal;
}

/**
 * The result of `look`, which is tried again for ten seconds after errors that may pass. Rejects with ConnectorError; with `cancelled` when the signal
 * aborts.
 */
export async function lookUp<T>(
  client: Pick<KafkaClient, 'lookups' | 'unreachable'>,
  look: (lookups: Lookups) => Promise<T>,
  { isolation, signal }: LookOptions,
): Promise<T> {
  const lookups = client.lookups({ retries: 3, signal, isolation });
  const deadline = Deadline.after(LOOK_UP_MS);
  try {
    for (;;) {
      try {
        const looking = lookups.connect().then(() => look(lookups));
        // One try can take long where a broker does not answer: its client waits and tries again by itself.
        if (!(await settles(looking, deadline.leftMs, signal)) && !signal?.aborted) throw notInTime(client);
        return await looking;
      } catch (error) {
        if (signal?.aborted) throw cancelledBy(signal);
        const failure = connectorError(error, 'failed to look up the topics');
        if (!failure.retryable || deadline.isOver) throw failure;
        await sleep(INTERVAL_MS, signal);
      }
    }
  } finally {
    await lookups.close(CLOSE_MS);
  }
}

function notInTime({ unreachable }: Pick<KafkaClient, 'unreachable'>): ConnectorError {
  const why = unreachable ?? `the brokers did not answer within ${LOOK_UP_MS / 1000} s`;
  return new ConnectorError('kafka.unreachable', `failed to look up the topics: ${why}`);
}
