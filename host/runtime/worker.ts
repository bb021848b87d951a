import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ConnectorError } from '../base/errors.ts';
import type { ComponentSource } from './component.ts';
import type { WitError } from './contract.ts';
import type { CoreModule } from './core-module.ts';
import { GuestRefusal } from './exports.ts';
import type { Limits } from './limits.ts';
import type { ImportServer } from './import-server.ts';
import type { GuestPort } from './port.ts';
import { copied } from './transfer.ts';
import { WitFailure } from './wit-error.ts';
import type { GuestMessage, HostMessage, WorkerData } from './worker-messages.ts';

export interface WorkerHooks {
  imports: ImportServer;
  limits: Limits;
  /** The thread ended without being asked to, or the guest died outside a call. */
  died(error: ConnectorError): void;
}

/** Limits for the JavaScript around the guest. The guest's own memory is bounded by the maximum that the component declares. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** Opens a guest in a worker thread of its own, which can be ended while the guest loops. Capabilities stay on this thread. */
export async function openWorkerPort(
  component: ComponentSource,
  modules: ReadonlyMap<string, CoreModule>,
  hooks: WorkerHooks,
): Promise<GuestPort> {
  const worker = startWorker(component, modules, hooks);
  let memoryBytes = 0;
  let closed = false;
  let current: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | null = null;
  let ready: () => void;
  let unready: (error: ConnectorError) => void;
  const started = new Promise<void>((resolve, reject) => {
    ready = resolve;
    unready = reject;
  });

  const post = (message: HostMessage, transfer: ArrayBuffer[] = []): void => {
    if (!closed) worker.postMessage(message, transfer);
  };
  const lost = (text: string): void => {
    if (closed) return;
    const error = new ConnectorError('guest.trap', text);
    unready(error);
    hooks.died(error);
  };
  worker.on('error', (error) => lost(`the guest's thread ended: ${ConnectorError.from(error).message}`));
  worker.on('exit', (code) => lost(`the guest's thread exited with code ${code}`));
  worker.on('message', (message: GuestMessage) => {
    switch (message.type) {
      case 'tell':
        return hooks.imports.tell(message.number, message.args);
      case 'import':
        return void serveImport(message.id, message.number, message.args);
      case 'ready':
        memoryBytes = message.memoryBytes;
        return ready();
      case 'denied':
        return unready(new ConnectorError('policy.denied', message.text));
      case 'ok':
        memoryBytes = message.memoryBytes;
        return current?.resolve(message.value);
      case 'refused':
        memoryBytes = message.memoryBytes;
        return current?.reject(new GuestRefusal(message.payload));
      case 'dead':
        memoryBytes = message.memoryBytes;
        return current?.reject(new Error(message.text));
    }
  });

  async function serveImport(id: number, number: number, args: unknown[]): Promise<void> {
    try {
      // Byte arrays may be views of network buffers, which the host still uses. So copies are transferred.
      const { value, buffers } = copied(await hooks.imports.request(number, args));
      post({ type: 'import-ok', id, value }, buffers);
    } catch (thrown) {
      const error: WitError = thrown instanceof WitFailure ? thrown.payload : { kind: 'other', text: 'internal error of the host' };
      post({ type: 'import-failed', id, error });
    }
  }

  const close = async (): Promise<void> => {
    closed = true;
    await worker.terminate();
  };
  const timer = setTimeout(
    () => unready(new ConnectorError('guest.deadline', `the guest's thread did not start within ${hooks.limits.configureMs} ms`)),
    hooks.limits.configureMs,
  );
  try {
    await started;
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  return {
    invoke(name, args) {
      // Copies are transferred, because the caller may need the byte arrays for another attempt.
      const copy = copied(args);
      return new Promise((resolve, reject) => {
        current = { resolve, reject };
        post({ type: 'call', name, args: copy.value as unknown[] }, copy.buffers);
      }).finally(() => (current = null));
    },
    get memoryBytes() {
      return memoryBytes;
    },
    close,
  };
}

function startWorker(component: ComponentSource, modules: ReadonlyMap<string, CoreModule>, hooks: WorkerHooks): Worker {
  const { worker } = component;
  if (worker === undefined) throw new ConnectorError('environment', 'the component has no code for a worker thread: run it inline');
  const workerData: WorkerData = {
    modules,
    moduleUrl: 'moduleUrl' in worker ? worker.moduleUrl : undefined,
    imports: hooks.imports.shapes,
  };
  const options = { workerData, resourceLimits: RESOURCE_LIMITS, env: {}, execArgv: [] };
  return 'code' in worker ? new Worker(worker.code, { ...options, eval: true }) : new Worker(entryUrl(), options);
}

/** TypeScript in a checkout, JavaScript in the npm package: as this file. */
function entryUrl(): URL {
  return new URL(`./worker-entry${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
}
