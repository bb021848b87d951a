import { parentPort, workerData } from 'node:worker_threads';
import { ConnectorError } from '../base/errors.ts';
import type { LocalFactory } from './capability.ts';
import type { InstantiateComponent } from './component.ts';
import { GuestRefusal } from './exports.ts';
import { importObject } from './import-object.ts';
import type { LocalShape } from './import-shape.ts';
import { openInlinePort } from './port.ts';
import { buffersIn } from './transfer.ts';
import { WitFailure } from './wit-error.ts';
import type { GuestMessage, HostMessage, WorkerData } from './worker-messages.ts';

/** Loads the factory of a capability's local functions in this thread. */
export type LoadLocal = (local: LocalShape) => LocalFactory | Promise<LocalFactory>;

/** Runs a guest in this worker thread. The thread holds no host function and no secret: an import is a message or a local function. */
export async function serveGuest(instantiate: InstantiateComponent, loadLocal: LoadLocal): Promise<void> {
  const host = parentPort!;
  const { modules, imports } = workerData as WorkerData;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (failure: WitFailure) => void }>();
  let nextId = 0;
  const post = (message: GuestMessage, transfer: ArrayBuffer[] = []): void => host.postMessage(message, transfer);

  const factories = await Promise.all(imports.map(async ({ local }) => (local === null ? null : loadLocal(local))));
  const link = {
    request: (number: number, args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        // Byte arrays in the guest's arguments are fresh copies of its memory, so they can be transferred.
        post({ type: 'import', id, number, args }, buffersIn(args));
      }),
    tell: (number: number, args: unknown[]) => post({ type: 'tell', number, args }),
  };
  const offered = importObject(imports, link, (_, index) => factories[index]!);
  const guest = await openInlinePort(instantiate, modules, offered).catch((thrown: unknown) => {
    if (!(thrown instanceof ConnectorError && thrown.code === 'policy.denied')) throw thrown;
    post({ type: 'denied', text: thrown.message });
    return null;
  });
  if (guest === null) return;

  const answer = async (message: HostMessage & { type: 'call' }): Promise<void> => {
    try {
      const value = await guest.invoke(message.name, message.args);
      post({ type: 'ok', value, memoryBytes: guest.memoryBytes }, buffersIn(value));
    } catch (thrown) {
      const { memoryBytes } = guest;
      if (thrown instanceof GuestRefusal) post({ type: 'refused', payload: thrown.payload, memoryBytes });
      else post({ type: 'dead', text: thrown instanceof Error ? thrown.message : String(thrown), memoryBytes });
    }
  };
  host.on('message', (message: HostMessage) => {
    if (message.type === 'call') return void answer(message);
    const import_ = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === 'import-ok') import_?.resolve(message.value);
    else import_?.reject(new WitFailure(message.error));
  });
  post({ type: 'ready', memoryBytes: guest.memoryBytes });
}
