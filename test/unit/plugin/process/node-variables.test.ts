import { describe, expect, test, vi } from 'vitest';
import { leaveOutNodeVariables, type OwnProcess } from '../../../../host/plugin/process/node-variables.ts';

class Replaced extends Error {}

function processWith(env: Record<string, string>, more: Partial<OwnProcess> = {}): OwnProcess & { execve: ReturnType<typeof vi.fn> } {
  return {
    env: { ...env },
    execPath: '/opt/kw',
    argv0: 'kw',
    argv: ['/opt/kw', 'kw', 'source', '--follow'],
    listenerCount: () => 0,
    execve: vi.fn(() => {
      throw new Replaced('replaced');
    }),
    ...more,
  } as OwnProcess & { execve: ReturnType<typeof vi.fn> };
}

describe("variables of Node's", () => {
  test('that nothing has obeyed yet are removed, and the program goes on', () => {
    const own = processWith({
      NODE_OPTIONS: '--inspect',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_DEBUG: '',
      TMPDIR: '/tmp',
      NODE_NAME: 'n1',
    });
    expect(leaveOutNodeVariables(own, () => {})).toBeNull();
    expect(own.env).toEqual({ TMPDIR: '/tmp', NODE_NAME: 'n1' });
    expect(own.execve).not.toHaveBeenCalled();
  });

  test.each([
    ['an environment that has one', processWith({ NODE_DEBUG: 'net', UV_THREADPOOL_SIZE: '1', TMPDIR: '/tmp' })],
    ['a channel that Node has opened', processWith({ TMPDIR: '/tmp' }, { send: () => true })],
    ['the listener of a cluster', processWith({ TMPDIR: '/tmp' }, { listenerCount: (event) => (event === 'internalMessage' ? 1 : 0) })],
  ])('that Node has obeyed start the same program again without them: %s', (_, own) => {
    const before = vi.fn();
    leaveOutNodeVariables(own, before);
    expect(before).toHaveBeenCalledOnce();
    expect(own.execve.mock.calls).toEqual([['/opt/kw', ['kw', 'source', '--follow'], { TMPDIR: '/tmp' }]]);
  });

  test('that cannot be taken back end the program, with their names', () => {
    const failing = processWith({ NODE_EXTRA_CA_CERTS: '/ca.pem', NODE_DEBUG: 'net' });
    expect(leaveOutNodeVariables(failing, () => {})).toBe(
      "expected no variables of Node's in the environment, got NODE_DEBUG, NODE_EXTRA_CA_CERTS: unset them (a restart without them failed: replaced)",
    );
    const windows = processWith({ NODE_DEBUG: 'net' }, { execve: undefined });
    expect(leaveOutNodeVariables(windows, () => {})).toContain(
      'got NODE_DEBUG: unset it (a restart without it failed: this system cannot replace a running program)',
    );
  });
});
