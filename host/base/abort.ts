import { ConnectorError } from './errors.ts';

/** The error for work that the signal ended: the signal's reason if that is a ConnectorError, else one with code `cancelled`. */
export function cancelledBy(signal: AbortSignal): ConnectorError {
  return signal.reason instanceof ConnectorError ? signal.reason : new ConnectorError('cancelled', 'the connector is stopping');
}

/** Calls `action` once when the signal aborts, immediately if it has aborted already. Returns the function that removes the listener. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action();
    return () => undefined;
  }
  signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}
