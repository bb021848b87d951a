import { parentPort, workerData } from 'node:worker_threads';
import type { InstantiateComponent } from './component.ts';
import type { Outgoing } from '../kafka/contract.ts';
import type { Batch } from './contract.ts';
import { GuestRefusal } from './exports.ts';
import { WitFailure, type ImportName } from './guest-imports.ts';
import { boundedLog } from './guest-log.ts';
import { openInlinePort } from './port.ts';
import { buffersOf, type GuestMessage, type HostMessage, type WorkerData } from './worker-messages.ts';

/** Runs a guest in this worker thread. It holds no Kafka and no secret: every import but log, clock and randomness is a message. */
export async function serveGuest(instantiate: InstantiateComponent): Promise<void> {
  const host = parentPort!;
  const { modules, logLinesPerSecond, logMessageLength, firstRandom } = workerData as WorkerData;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (failure: WitFailure) => void }>();
  let nextId = 0;
  const post = (message: GuestMessage, transfer: ArrayBuffer[] = []): void => host.postMessage(message, transfer);

  const guest = await openInlinePort(instantiate, modules, {
    request: (name: ImportName, args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        // Byte arrays of the guest's arguments are fresh copies of its memory, so they can go.
        post(
          { type: 'import', id, name, args },
          name === 'send' ? buffersOf((args[1] as Outgoing[]).map((one) => one.records.records)) : [],
        );
      }),
    log: boundedLog((level, message, fields) => post({ type: 'log', level, message, fields }), logLinesPerSecond, logMessageLength),
    firstRandom,
  });

  const answer = async (message: HostMessage & { type: 'call' }): Promise<void> => {
    try {
      const value = await guest.invoke(message.name, message.args);
      post({ type: 'ok', value, memoryBytes: guest.memoryBytes }, buffersOf(bytesIn(value)));
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

/** The byte arrays of a result: those of a batch, or an answer of `write`. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  const { data, lastPosition } = (value ?? {}) as Partial<Batch>;
  return data instanceof Uint8Array && lastPosition instanceof Uint8Array ? [data, lastPosition] : [];
}
