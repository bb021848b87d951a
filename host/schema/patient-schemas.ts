import { Backoff } from '../base/backoff.ts';
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { sleep, unless } from '../base/wait.ts';
import type { SchemaService } from './conduit-schemas.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 800;

/**
 * Retries calls to the schema service while it cannot be reached: Conduit may be busy for a moment, and a record must not be refused for that.
 * After a call whose attempts all failed, each further call is tried once only until one succeeds, so that a batch does not wait for each of its
 * records. When the signal aborts, a call that waits rejects with `cancelled`.
 */
export function patientSchemas(service: SchemaService, log: Log, signal: AbortSignal): SchemaService {
  let isGivenUp = false;
  const cancelled = (): ConnectorError => new ConnectorError('cancelled', 'stopped while waiting for the schema service of Conduit');
  const ask = async <Answer extends object>(call: () => Promise<Answer>): Promise<Answer> => {
    const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await unless(signal, call());
        if (answer === undefined) throw cancelled();
        isGivenUp = false;
        return answer;
      } catch (error) {
        if (!isUnreachable(error) || isGivenUp) throw error;
        if (attempt >= ATTEMPTS) {
          isGivenUp = true;
          throw error;
        }
        const pauseMs = backoff.next();
        log('warn', `${error.message}; asked again in ${pauseMs} ms (attempt ${attempt} of ${ATTEMPTS})`, error.fields);
        await sleep(pauseMs, signal);
        if (signal.aborted) throw cancelled();
      }
    }
  };
  return {
    get: (subject, version) => ask(() => service.get(subject, version)),
    create: (subject, text) => ask(() => service.create(subject, text)),
    close: () => service.close(),
  };
}

/** True only if a target was dialled. Without a target Conduit runs no schema service at all, and waiting would not help. */
function isUnreachable(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.code === 'environment' && error.fields?.['target'] !== undefined;
}
