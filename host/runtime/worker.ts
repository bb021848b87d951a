import { ConnectorError } from '../errors.ts';
import type { ComponentSource } from './component.ts';
import type { Limits } from './limits.ts';
import type { GuestPort, PortHooks } from './port.ts';

export interface WorkerHooks extends PortHooks {
  limits: Limits;
  /** The thread ended without being asked to. */
  died(error: ConnectorError): void;
}

export async function openWorkerPort(_component: ComponentSource, _modules: ReadonlyMap<string, WebAssembly.Module>, _hooks: WorkerHooks): Promise<GuestPort> {
  throw new ConnectorError('environment', 'Workers are not there yet.');
}
