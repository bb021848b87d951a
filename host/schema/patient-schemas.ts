import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SchemaService } from './conduit-schemas.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/**
 * A schema service that is asked again while it cannot be reached: Conduit may be busy for a moment, and a record must not be refused
 * for that. Once all attempts were in vain, each further call is tried once only, until one succeeds: a batch of records must not wait
 * for each of them. When the signal comes, a call that waits rejects with `cancelled`.
 */
export function patientSchemas(service: SchemaService, log: Log, signal: AbortSignal): SchemaService {
  let isGivenUp = false;
  const ask = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; ; attempt++, pauseMs *= 2) {
      try {
        const answer = await unlessAborted(call(), signal);
        isGivenUp = false;
        return answer;
      } catch (error) {
        if (!isUnreachable(error) || isGivenUp) throw error;
        if (attempt >= ATTEMPTS) {
          isGivenUp = true;
          throw error;
        }
        log('warn', `${error.message}; asked again in ${pauseMs} ms (attempt ${attempt} of ${ATTEMPTS})`, error.fields);
      }
      let timer: NodeJS.Timeout | undefined;
      try {
        await unlessAborted(new Promise((resolve) => (timer = setTimeout(resolve, pauseMs))), signal);
      } finally {
        clearTimeout(timer);
      }
    }
  };
  return {
    get: (subject, version) => ask(() => service.get(subject, version)),
    create: (subject, text) => ask(() => service.create(subject, text)),
    close: () => service.close(),
  };
}

/** Without a target Conduit runs no schema service at all: to wait would not help. */
function isUnreachable(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.code === 'environment' && error.fields?.['target'] !== undefined;
}

async function unlessAborted<Answer>(promise: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  promise.catch(() => {}); // it may fail after the signal
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new ConnectorError('cancelled', 'stopped while waiting for the schema service of Conduit'));
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
