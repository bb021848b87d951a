import { describe, expect, test } from 'vitest';
import { admit, serves, type Grant } from '../../../host/runtime/admission.ts';
import type { Capability } from '../../../host/runtime/capability.ts';
import type { Manifest } from '../../../host/runtime/manifest.ts';

const PAGE = 65_536;
const CLOCK: Capability = {
  interface: 'wasi:clocks/wall-clock@0.2.6',
  local: { names: ['now'], make: () => ({ now: () => 0 }), options: null, module: import.meta.url },
};
const VAULT: Capability = {
  interface: 'conduit:vault/vault@0.1.0',
  functions: { 'get-name': { waits: false, call: () => 'name' }, 'get-secret': { waits: true, call: async () => 'secret' } },
  resources: {
    lease: {
      opens: { take: { call: async () => 1 } },
      methods: { renew: { waits: true, call: async () => undefined } },
      closes: ['end'],
      close: async () => undefined,
    },
  },
};
const LEASE = ['[static]lease.take', '[method]lease.renew', '[static]lease.end', '[resource-drop]lease'];

function component(imports: Record<string, string[]>, memoryMaxBytes: number | null = 16 * PAGE): Manifest {
  return {
    name: 'guest',
    digest: 'sha256:00',
    exports: ['conduit:connector/source@0.1.0'],
    imports: Object.entries(imports).map(([name, functions]) => ({
      interface: name,
      functions: functions.map((one) => ({ name: one, waits: !['now', 'get-name', '[resource-drop]lease'].includes(one) })),
    })),
    coreModules: [],
    memoryMaxBytes,
  };
}
function grant(over: Partial<Grant> = {}): Grant {
  return { capabilities: [CLOCK, VAULT], memoryBytes: 16 * PAGE, placement: 'inline', ...over };
}

describe('a component', () => {
  test('is admitted with the capabilities that it imports, and only those', () => {
    expect(admit(component({ 'wasi:clocks/wall-clock@0.2.6': ['now'] }), grant())).toEqual([CLOCK]);
    expect(admit(component({ 'conduit:vault/vault@0.1.0': ['get-secret', ...LEASE] }), grant())).toEqual([VAULT]);
    expect(admit(component({}), grant({ capabilities: [] }))).toEqual([]);
  });

  test('that imports what was not granted is refused with every name, and with what was granted', () => {
    const wanted = component({
      'wasi:sockets/tcp@0.2.6': ['connect', 'listen'],
      'conduit:vault/vault@0.1.0': ['get-secret', 'set-secret'],
    });
    expect(() => admit(wanted, grant())).toThrow(
      expect.objectContaining({
        code: 'policy.denied',
        message:
          'the component "guest" may not run here: it imports functions that were not granted: wasi:sockets/tcp@0.2.6#connect, ' +
          'wasi:sockets/tcp@0.2.6#listen, conduit:vault/vault@0.1.0#set-secret; ' +
          'granted: wasi:clocks/wall-clock@0.2.6, conduit:vault/vault@0.1.0',
      }),
    );
    expect(() => admit(component({ 'wasi:clocks/wall-clock@0.2.6': ['now'] }), grant({ capabilities: [] }))).toThrow('granted: nothing');
  });

  test.each(['conduit:vault/vault@0.2.0', 'conduit:vault/vault@1.0.0', 'conduit:vault/vault', 'conduit:vault/other@0.1.0'])(
    'is not given another interface for %s',
    (name) => {
      expect(() => admit(component({ [name]: ['get-secret'] }), grant())).toThrow(`${name}#get-secret`);
    },
  );

  test('whose memory declares no maximum is refused', () => {
    expect(() => admit(component({}, null), grant())).toThrow(
      expect.objectContaining({ code: 'limit.exceeded', message: expect.stringContaining('its memory declares no maximum') }),
    );
  });

  test('whose memory may grow beyond the limit is refused, one that may grow to it is not', () => {
    expect(() => admit(component({}, 17 * PAGE), grant())).toThrow(
      expect.objectContaining({
        code: 'limit.exceeded',
        message: `the component "guest" may not run here: its memory may grow to ${17 * PAGE} bytes, the limit (memoryBytes) is ${16 * PAGE}`,
      }),
    );
    expect(admit(component({}, 16 * PAGE), grant())).toEqual([]);
  });

  test('that cannot be suspended in a function that waits is refused', () => {
    const manifest = component({ 'conduit:vault/vault@0.1.0': ['get-secret'] });
    const stiff = { ...manifest, imports: manifest.imports.map((one) => ({ ...one, functions: [{ name: 'get-secret', waits: false }] })) };
    expect(() => admit(stiff, grant())).toThrow('conduit:vault/vault@0.1.0#get-secret waits, but the component was built without');
  });

  test('in a worker gets functions that answer at once only if they can run there', () => {
    const worker = grant({ placement: 'worker' });
    expect(admit(component({ 'wasi:clocks/wall-clock@0.2.6': ['now'] }), worker)).toEqual([CLOCK]);
    expect(admit(component({ 'conduit:vault/vault@0.1.0': ['get-name'] }), grant())).toEqual([VAULT]);
    expect(() => admit(component({ 'conduit:vault/vault@0.1.0': ['get-name'] }), worker)).toThrow(
      expect.objectContaining({ code: 'environment', message: expect.stringContaining('run the component inline') }),
    );
  });
});

test.each([
  ['a:b/c@0.2.6', 'a:b/c@0.2.0', true],
  ['a:b/c@0.2.0', 'a:b/c@0.2.6', true],
  ['a:b/c@1.2.3', 'a:b/c@1.9.0', true],
  ['a:b/c@0.1.0', 'a:b/c@0.2.0', false],
  ['a:b/c@1.0.0', 'a:b/c@2.0.0', false],
  ['a:b/c@0.0.1', 'a:b/c@0.0.2', false],
  ['a:b/c@0.0.1', 'a:b/c@0.0.1', true],
  ['a:b/c@0.2.0-rc.1', 'a:b/c@0.2.0', false],
  ['a:b/c', 'a:b/c@0.1.0', false],
  ['a:b/c@0.1.0', 'a:b/d@0.1.0', false],
])('an interface %s serves a guest built against %s: %s', (offered, wanted, expected) => {
  expect(serves(offered, wanted)).toBe(expected);
});
