import { ConnectorError } from './errors.ts';

/** The error of work that the signal has ended: the signal's reason, if that is one of ours. */
export function cancelledBy(signal: AbortSignal): ConnectorError {
  return signal.reason instanceof ConnectorError ? signal.reason : new ConnectorError('cancelled', 'the connector is stopping');
}

/** Calls `action` once when the signal aborts, at once if it has already. Returns the function that takes this back. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action();
    return () => undefined;
  }
  signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}
