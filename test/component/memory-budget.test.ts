// The memory that asconfig.json declares, what the guest takes in one write and what the host lets through come from one number.
import { expect, test } from 'vitest';
import { componentOfFolder } from '../../host/runtime/component.ts';
import { DEFAULT_LIMITS } from '../../host/runtime/limits.ts';
import { requestBytesOf } from '../../host/runtime/manifest.ts';
import { errorOf } from '../support/guest.ts';
import { openDestination } from '../support/data-path.ts';

test('the largest write of the host is what the component has the memory for', async () => {
  const { manifest } = await componentOfFolder();
  expect(requestBytesOf(manifest)).toBe(DEFAULT_LIMITS.writeBytes);
  expect(manifest.memoryMaxBytes).toBeLessThanOrEqual(DEFAULT_LIMITS.memoryBytes);
});

test('the guest takes a write of that size and refuses a larger one, naming its bound', async () => {
  const requestBytes = requestBytesOf((await componentOfFolder()).manifest);
  // Both writes use one instance: the first one does not affect the second.
  const { destination } = await openDestination();
  const write = (size: number) => errorOf(destination.write(new Uint8Array(size)));
  // No request of the protocol: the guest has to look at it to say so.
  expect(await write(requestBytes)).toMatchObject({ kind: 'rejected' });
  const { kind, text } = await write(requestBytes + 1);
  expect(kind).toBe('limit-exceeded');
  expect(text).toContain(`${requestBytes}`);
});
