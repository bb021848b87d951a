import { withKafka, withSchemas } from './capability/index.ts';
import { checkPem, createKafka } from './kafka/index.ts';
import type { Log } from './base/log.ts';
import { Net } from './net/net.ts';
import { componentOfFolder, type ComponentSource } from './runtime/component.ts';
import { specificationOf, type CapabilityTable, type ConnectorParts } from './runtime/connector-parts.ts';
import type { Specification } from './runtime/contract.ts';
import { DestinationConnector } from './runtime/destination.ts';
import type { Placement } from './runtime/port.ts';
import { DEFAULT_LIMITS, type Limits } from './runtime/limits.ts';
import { SourceConnector } from './runtime/source.ts';

export interface ConnectorOptions {
  log: Log;
  /** Where the guest runs. Default: `inline`. Only a guest in a `worker` can be ended while it loops. */
  placement?: Placement;
  /** Default: the Kafka component, from dist/component. */
  component?: ComponentSource | (() => Promise<ComponentSource>);
  limits?: Partial<Limits>;
  /** What the guest may import; a component that imports anything else is refused. Default: log, clock, randomness, and Kafka through kafkajs. */
  capabilities?: CapabilityTable;
  /** The network of the default capabilities; not used if `capabilities` is set. Default: every address is allowed. */
  net?: Net;
  /** Checks a secret value at configure, beside all secret values by name; returns an error text or null. Default: checks the syntax of PEM texts. */
  checkSecret?: (name: string, value: string, secrets: Readonly<Record<string, string>>) => string | null;
  /**
   * Secret settings may name files of this machine: `file:/path`. They are read again when they are used, so that rotated passwords and certificates
   * are taken. Default: false, because settings may come from those who must not see the files of this machine.
   */
  secretFiles?: boolean;
}

export async function specify(options: Partial<ConnectorOptions> = {}): Promise<Specification> {
  return specificationOf(parts({ log: () => undefined, ...options }));
}

export function createSource(options: ConnectorOptions): SourceConnector {
  return new SourceConnector(parts(options));
}

export function createDestination(options: ConnectorOptions): DestinationConnector {
  return new DestinationConnector(parts(options));
}

function parts(options: ConnectorOptions): ConnectorParts {
  const { component, net = new Net() } = options;
  return {
    log: options.log,
    placement: options.placement ?? 'inline',
    component: typeof component === 'function' ? component : async () => component ?? componentOfFolder(),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    capabilities:
      options.capabilities ?? withKafka((secrets, log) => withSchemas(createKafka({ secrets, log, net }), { secrets, log, net })),
    checkSecret: options.checkSecret ?? checkPem,
    secretFiles: options.secretFiles ?? false,
  };
}
