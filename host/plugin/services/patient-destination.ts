import type { DestinationPort } from './ports.ts';

/**
 * A destination that waits out an outage, however long, unless the operator has set `deliveryTimeout`. A record that is refused ends a
 * pipeline without a dead-letter queue, and arch-v2 of Conduit never starts that again; the Go connector has no limit there either.
 * The default of the specification is for programs that can ask their user.
 */
export function patientDestination(connector: DestinationPort): DestinationPort {
  return {
    configure: (config) => connector.configure(isBounded(config) ? config : { ...config, deliveryTimeout: '0s' }),
    open: () => connector.open(),
    write: (records) => connector.write(records),
    stop: () => connector.stop(),
    teardown: () => connector.teardown(),
  };
}

/** Names and values are trimmed before they are read, and a blank one is none. */
function isBounded(config: Readonly<Record<string, string>>): boolean {
  return Object.entries(config).some(([name, value]) => name.trim() === 'deliveryTimeout' && value.trim() !== '');
}
