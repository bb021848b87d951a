/**
 * `node container-keeper.ts LABEL`: waits until its standard input ends, which happens at the latest when the process that started it is gone,
 * however that came; then removes every container with that label. Signals to the terminal's process group do not stop it.
 */
import { setTimeout as sleep } from 'node:timers/promises';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
for await (const _ of process.stdin);

// Loaded only now: it is a large library, and while tests run this process should weigh nothing.
const { getContainerRuntimeClient } = await import('testcontainers');
const { dockerode } = (await getContainerRuntimeClient()).container;
const label = process.argv[2] ?? '';
// Twice: a container that was being created when its creator died appears a little later.
for (const _ of [1, 2]) {
  for (const { Id } of await dockerode.listContainers({ all: true, filters: { label: [label] } })) {
    await dockerode.getContainer(Id).remove({ force: true, v: true });
  }
  await sleep(2000);
}
