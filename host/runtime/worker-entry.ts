// The entry of a guest's worker thread when the host runs from files. A bundle has an entry of its own, which imports everything statically.
import { workerData } from 'node:worker_threads';
import type { LocalFactory } from './capability.ts';
import type { InstantiateComponent } from './component.ts';
import { serveGuest } from './worker-main.ts';
import type { WorkerData } from './worker-messages.ts';

const { instantiate } = (await import((workerData as WorkerData).moduleUrl!)) as { instantiate: InstantiateComponent };
await serveGuest(instantiate, async ({ module }) => ((await import(module)) as { default: LocalFactory }).default);
