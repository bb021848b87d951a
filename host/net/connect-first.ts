import { connect, type Socket } from 'node:net';
import { onAbort } from '../base/abort.ts';
import { after } from '../base/wait.ts';

/** How long an address is tried alone before the next one is tried as well, as in RFC 8305. */
const HEAD_START_MS = 250;

/**
 * Connects to the first address that answers. Addresses are tried in their order. The next one is tried as soon as one fails or has not answered
 * for 250 ms, so that a dead address costs 250 ms and a slow address is still waited for. `addresses` are IP addresses: nothing is looked up.
 * Rejects with the reason of the signal; or, when every address has failed, with the only error or with an AggregateError that has the code of
 * the first error.
 */
export function connectFirst(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const pending = new Set<Socket>();
    const errors: Error[] = [];
    let begun = 0;
    let over = false;
    let cancel = (): void => undefined;
    const end = (): void => {
      over = true;
      cancel();
      forget();
      for (const socket of pending) socket.destroy();
    };
    const begin = (): void => {
      cancel();
      const socket = connect({ host: addresses[begun++]!, port });
      pending.add(socket);
      socket.once('connect', () => {
        pending.delete(socket);
        socket.off('error', failed);
        end();
        resolve(socket);
      });
      const failed = (error: Error): void => {
        if (over) return;
        pending.delete(socket);
        errors.push(error);
        if (begun < addresses.length) begin();
        else if (pending.size === 0) {
          end();
          reject(joined(errors));
        }
      };
      socket.on('error', failed);
      if (begun < addresses.length) cancel = after(HEAD_START_MS, begin);
    };
    let forget = (): void => undefined;
    if (signal.aborted) return reject(signal.reason as Error);
    forget = onAbort(signal, () => {
      end();
      reject(signal.reason as Error);
    });
    begin();
  });
}

function joined(errors: readonly Error[]): Error {
  const [first] = errors;
  if (errors.length === 1) return first!;
  const { code } = first as NodeJS.ErrnoException;
  return Object.assign(new AggregateError(errors, errors.map(({ message }) => message).join('; ')), { code });
}
